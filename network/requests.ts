import { rmSync } from 'node:fs';
import { createConnection, createServer, type Server } from 'node:net';
import { createInterface } from 'node:readline';
import { requestSocket } from './drivers/run-folder.ts';

/** What a command asks of the keeper that holds a run folder. */
export type KeeperRequest = { deploy: string } | ChildRequest;

/** Which processes there are, or stopping and starting some of them; see keeper-control.ts. */
export type ChildRequest = { children: 'names' } | { children: 'halt' | 'relaunch' | 'restart'; names: string[] };

const answerMilliseconds = 180_000;

/** Hears requests on a socket that only this user can open; each connection asks once. */
export function hearRequests(dataFolder: string, handle: (request: KeeperRequest) => Promise<unknown>): Server {
  const path = requestSocket(dataFolder);
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    socket.on('error', () => {});
    createInterface({ input: socket }).once('line', (line) => {
      handle(JSON.parse(line)).then(
        (answer) => socket.end(`${JSON.stringify({ answer })}\n`),
        (error: Error) => socket.end(`${JSON.stringify({ error: error.message })}\n`),
      );
    });
  });
  const mask = process.umask(0o077);
  server.listen(path, () => process.umask(mask));
  return server;
}

/** Asks the keeper and waits for its answer; throws with its words. */
export function askKeeper<Answer = void>(dataFolder: string, request: KeeperRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(requestSocket(dataFolder));
    socket.setTimeout(answerMilliseconds, () => socket.destroy(new Error('The keeper does not answer.')));
    socket.on('error', () => reject(new Error(`No network that \`network up\` started runs in ${dataFolder}.`)));
    createInterface({ input: socket }).once('line', (line) => {
      const { error, answer } = JSON.parse(line) as { error?: string; answer: Answer };
      socket.destroy();
      if (error === undefined) resolve(answer);
      else reject(new Error(error));
    });
    socket.write(`${JSON.stringify(request)}\n`);
  });
}
