import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { requestSocket } from './drivers/run-folder.ts';
import type { NewMember } from './operations/members/member-files.ts';

/** What a command asks of the keeper that holds a run folder. */
export type KeeperRequest = { deploy: string } | ChildRequest | MemberRequest;

/** A member to be added or removed, or the plan for it; see operations/members. */
export interface MemberRequest {
  members: 'add' | 'remove';
  organization: NewMember;
  dryRun: boolean;
}

/** Which processes there are, or stopping and starting some of them; see keeper-control.ts. */
export type ChildRequest =
  | { children: 'names' }
  | { children: 'halt' | 'relaunch' | 'restart' | 'hold'; names: string[] };

// A keeper at work says so from time to time: only one that is gone is silent for this long.
const silenceMilliseconds = 180_000;
const beatMilliseconds = 20_000;

/** What the keeper says of a request that it refuses or that failed; with a stable code where a program may act on it. */
export class KeeperError extends Error {
  readonly code?: string;

  constructor(message: string, code?: string) {
    super(message);
    this.code = code;
  }
}

/**
 * Told of each step that is done, before the answer. On the keeper's side it resolves when the asker has heard it and
 * done its own part, and also when the asker is gone.
 */
export type Report = (title: string) => void | Promise<void>;

/** Hears requests on a socket that only this user can open; each connection asks once, then says what it has heard. */
export function hearRequests(
  dataFolder: string,
  handle: (request: KeeperRequest, report: Report) => Promise<unknown>,
): Server {
  const path = requestSocket(dataFolder);
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    const lines = linesOf(socket);
    socket.on('error', () => {});
    lines.once('line', (line) => {
      const report = untilHeard(socket, lines);
      const beat = setInterval(() => socket.write('{"working":true}\n'), beatMilliseconds);
      const work = handle(JSON.parse(line), report).finally(() => clearInterval(beat));
      work.then(
        (answer) => socket.end(`${JSON.stringify({ answer })}\n`),
        ({ message, code }: KeeperError) => socket.end(`${JSON.stringify({ error: message, code })}\n`),
      );
    });
  });
  const mask = process.umask(0o077);
  server.listen(path, () => process.umask(mask));
  return server;
}

/** What comes on a connection, line by line. That it broke is told by the socket alone. */
function linesOf(socket: Socket): Interface {
  return createInterface({ input: socket }).on('error', () => {});
}

/** Reports on a connection; the asker answers each with a line. A connection that closes counts as heard. */
function untilHeard(socket: Socket, lines: Interface): Report {
  const waiting: (() => void)[] = [];
  lines.on('line', () => waiting.shift()?.());
  socket.once('close', () => {
    for (const wake of waiting) wake();
  });
  return (done) => {
    if (socket.destroyed) return Promise.resolve();
    socket.write(`${JSON.stringify({ done })}\n`);
    return new Promise((resolve) => waiting.push(resolve));
  };
}

const notKept = (dataFolder: string) =>
  `No network that \`npm run network -- up\` started runs in ${dataFolder}; one of npm start takes no requests: end it, then up.`;

interface Line<Answer> {
  working?: true;
  done?: string;
  error?: string;
  code?: string;
  answer: Answer;
}

/** Asks the keeper and waits for its answer; throws a KeeperError with its words. It waits in turn while `report` is at work. */
export function askKeeper<Answer = void>(
  dataFolder: string,
  request: KeeperRequest,
  report: Report = () => {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(requestSocket(dataFolder));
    socket.setTimeout(silenceMilliseconds, () =>
      socket.destroy(new Error('The keeper does not answer. Its log: npm run network -- logs keeper')),
    );
    socket.on('error', () => reject(new Error(notKept(dataFolder))));
    linesOf(socket).on('line', async (line) => {
      const { working, done, error, code, answer } = JSON.parse(line) as Line<Answer>;
      if (working) return;
      if (done !== undefined) {
        // Work that keeps this process busy must not count as the keeper's silence.
        socket.setTimeout(0);
        await report(done);
        socket.setTimeout(silenceMilliseconds);
        socket.write('{"heard":true}\n');
        return;
      }
      socket.destroy();
      if (error === undefined) resolve(answer);
      else reject(new KeeperError(error, code));
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
