import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { createSupervisor } from '@tangram/network/drivers/supervisor.ts';

const systemFolder = '/usr/lib/postgresql';
const role = 'tangram';
const name = 'postgres';

export interface Postgres {
  /** Address of a database; it is made when it is first asked for. */
  database(database: string): string;
  kill(): void;
  pause(): void;
  resume(): void;
  /** Resolves when a killed one takes connections again. */
  restored(): Promise<void>;
  stop(): Promise<void>;
}

/** Folder of the newest PostgreSQL's programs: on PATH, or where Debian puts them; undefined when there is none. */
export function findPostgres(): string | undefined {
  const versions = existsSync(systemFolder) ? readdirSync(systemFolder) : [];
  const installed = versions.sort((one, other) => Number(other) - Number(one));
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...installed.map((version) => join(systemFolder, version, 'bin')),
  ];
  return folders.find((folder) => ['initdb', 'postgres', 'psql'].every((each) => existsSync(join(folder, each))));
}

/** A cluster of its own on loopback, run by an unprivileged user because PostgreSQL refuses root. */
export async function startPostgres(options: {
  programs: string;
  folder: string;
  logFolder: string;
  port: number;
}): Promise<Postgres> {
  const { programs, folder, logFolder, port } = options;
  const data = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  const asUser = unprivileged(folder);
  const [initdb = '', ...first] = [...asUser, join(programs, 'initdb')];
  execFileSync(initdb, [...first, '-D', data, '-U', role, '--auth=trust', '--no-sync'], { stdio: 'pipe', cwd: folder });
  chmodSync(folder, 0o755);

  const databases = new Set<string>();
  const supervisor = createSupervisor({ logFolder });
  const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${folder}`];
  const [file = '', ...args] = [...asUser, join(programs, 'postgres')];
  await supervisor.start({
    name,
    file,
    args: [...args, '-D', data, ...settings.flatMap((setting) => ['-c', setting])],
    isReady: () => accepts(port),
  });

  return {
    database: (database) => {
      const url = `postgres://${role}@127.0.0.1:${port}/${database}`;
      if (databases.has(url)) return url;
      const statement = `create database "${database}"`;
      const target = ['-h', '127.0.0.1', '-p', String(port), '-U', role, '-d', 'postgres'];
      execFileSync(join(programs, 'psql'), [...target, '-q', '-c', statement], { stdio: 'pipe' });
      databases.add(url);
      return url;
    },
    kill: () => supervisor.kill(name),
    pause: () => supervisor.pause(name),
    resume: () => supervisor.resume(name),
    restored: () => supervisor.ready(name),
    stop: () => supervisor.stop([name]),
  };
}

/** How to run a program as somebody who may own a cluster; makes the folder theirs. */
function unprivileged(folder: string): string[] {
  if (process.getuid?.() !== 0) return [];
  const id = (flag: string, user: string) => spawnSync('id', [flag, user], { encoding: 'utf8' });
  const user = ['postgres', 'nobody'].find((each) => id('-u', each).status === 0) ?? 'nobody';
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(id(flag, user).stdout)) as [number, number];
  chownSync(folder, uid, gid);
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
