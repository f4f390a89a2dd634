import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerChildRequest, restartChildren } from './keeper-control.ts';
import { hearRequests } from './requests.ts';

describe('restartChildren', () => {
  let folder: string;
  let server: Server;
  let told: string[];
  let sockets: Socket[];
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-keeper-'));
    told = [];
    sockets = [];
    const note = (what: string) => async (names: string[]) => void told.push(`${what} ${names.join()}`);
    const children = {
      ...{ names: () => ['peer-cedar'], pidOf: () => undefined },
      ...{ halt: note('halt'), crash: note('crash'), relaunch: note('relaunch') },
    };
    server = hearRequests(folder, async (request, report) =>
      'children' in request ? answerChildRequest({ children }, request, report) : undefined,
    );
    server.on('connection', (socket) => sockets.push(socket));
    await new Promise((resolve) => server.once('listening', resolve));
  });
  afterEach(() => {
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('does its work while the process is down', async () => {
    await restartChildren(folder, ['peer-cedar'], async () => void told.push('work'));

    expect(told).toEqual(['halt peer-cedar', 'work', 'relaunch peer-cedar']);
  });

  test('starts the process again when the work fails, and says why it failed', async () => {
    const failing = restartChildren(folder, ['peer-cedar'], () => {
      throw new Error('the disk is full');
    });

    await expect(failing).rejects.toThrow('the disk is full');
    expect(told).toEqual(['halt peer-cedar', 'relaunch peer-cedar']);
  });

  test.each([
    { what: 'has heard', wait: 'new Promise(() => setInterval(() => {}, 1000))' },
    // What the keeper says meanwhile is never read, so that the connection is reset.
    { what: 'is too busy to hear more', wait: 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)' },
  ])(
    'has the process started again when whoever asked $what and is killed with -9 within its work',
    async ({ wait }) => {
      const script = join(folder, 'asker.ts');
      writeFileSync(
        script,
        `import { writeSync } from 'node:fs';
       import { restartChildren } from '${join(import.meta.dirname, 'keeper-control.ts')}';
       await restartChildren('${folder}', ['peer-cedar'], () => {
         writeSync(1, 'at work');
         return ${wait};
       });`,
      );
      const env = { ...process.env, NODE_OPTIONS: '' };
      const asker = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
      await new Promise((resolve) => asker.stdout.once('data', resolve));
      expect(told).toEqual(['halt peer-cedar']);
      for (const socket of sockets) socket.write('{"working":true}\n');

      asker.kill('SIGKILL');

      const deadline = Date.now() + 60_000;
      while (told.length < 2 && Date.now() < deadline) await new Promise((wake) => setTimeout(wake, 20));
      expect(told).toEqual(['halt peer-cedar', 'relaunch peer-cedar']);
    },
  );
});
