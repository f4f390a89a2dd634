import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

export interface Listener {
  port: number;
  role: string;
  host?: string;
}

export interface TakenPort {
  port: number;
  role: string;
  /** Command line of the process that listens there, when this machine lets us see it. */
  holder?: string;
}

/** Tries every port, on loopback unless it names another address of this machine; returns those that somebody else holds, and who. */
export async function findTakenPorts(ports: Listener[]): Promise<TakenPort[]> {
  const results = await Promise.all(ports.map(async (entry) => ({ ...entry, isFree: await isFree(entry) })));
  return results.filter((entry) => !entry.isFree).map(({ port, role }) => ({ port, role, holder: findHolder(port) }));
}

/** Refuses to go on when somebody else holds one of the ports; says who, and how to choose others. */
export async function demandPorts(ports: Listener[]): Promise<void> {
  const taken = await findTakenPorts(ports);
  if (taken.length === 0) return;
  const lines = taken.map(
    ({ port, role, holder }) => `  ${port} (${role}) is held by ${holder ?? 'a process that this user may not see'}`,
  );
  throw new Error(
    `${taken.length} of the ports are taken:\n${lines.join('\n')}\nEnd that process, or choose others: --port-base 20000`,
  );
}

function isFree({ port, host = '127.0.0.1' }: Listener): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}

/** Linux tells the socket's inode in /proc/net/tcp, and each process its sockets in /proc/<pid>/fd. */
function findHolder(port: number): string | undefined {
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => listeningInodes(file, port));
  if (inodes.length === 0) return undefined;
  for (const pid of listOrNothing('/proc').filter((name) => /^\d+$/.test(name))) {
    const holds = listOrNothing(`/proc/${pid}/fd`).some((fd) =>
      inodes.includes(linkOrNothing(`/proc/${pid}/fd/${fd}`)),
    );
    if (holds) return `process ${pid}: ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()}`;
  }
  return undefined;
}

function listeningInodes(file: string, port: number): string[] {
  const listening = '0A';
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  try {
    return readFileSync(file, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((columns) => columns[1]?.endsWith(`:${hexPort}`) && columns[3] === listening)
      .map((columns) => `socket:[${columns[9]}]`);
  } catch {
    return [];
  }
}

// Processes of others, and processes that end while we look, cannot be read: they are simply not the answer.
function listOrNothing(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linkOrNothing(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
