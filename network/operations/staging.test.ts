import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withStaging } from './staging.ts';

describe('withStaging', () => {
  let folder: string;
  const staging = () => join(folder, 'backup-cedar.partial');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-staging-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const fill = {
    title: 'copy',
    run: async () => {
      mkdirSync(staging());
      writeFileSync(join(staging(), 'key.pem'), 'a key');
    },
  };
  const listeners = () => ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'].map((event) => process.listenerCount(event));

  test('keeps the folder from stage to stage, and removes it after the last one', async () => {
    const before = listeners();
    const [first, last] = withStaging([fill, { title: 'seal', run: async () => {} }], [staging()]);
    await first?.run();
    expect(existsSync(staging())).toBe(true);

    await last?.run();

    expect(existsSync(staging())).toBe(false);
    expect(listeners()).toEqual(before);
  });

  test('removes the folder when a stage fails', async () => {
    const before = listeners();
    const failing = { title: 'seal', run: () => Promise.reject(new Error('the disk is full')) };
    const [first, last] = withStaging([fill, failing], [staging()]);
    await first?.run();

    await expect(last?.run()).rejects.toThrow('the disk is full');

    expect(existsSync(staging())).toBe(false);
    expect(listeners()).toEqual(before);
  });

  test.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
    { signal: 'SIGHUP', code: 129 },
  ] as const)('leaves nothing behind when $signal ends the command within a stage', async ({ signal, code }) => {
    const script = join(folder, 'command.ts');
    // Under the same list of tasks as the command, which hears Ctrl-C too.
    writeFileSync(
      script,
      `import { mkdirSync, writeFileSync } from 'node:fs';
       import { runStages } from '${join(import.meta.dirname, '../commands/stages.ts')}';
       import { withStaging } from '${join(import.meta.dirname, 'staging.ts')}';
       const run = async () => {
         mkdirSync('${staging()}');
         writeFileSync('${staging()}/key.pem', 'a key');
         process.stdout.write('at work');
         await new Promise(() => setInterval(() => {}, 1000));
       };
       await runStages(withStaging([{ title: 'copy', run }], ['${staging()}']), { json: true });`,
    );
    const env = { ...process.env, NODE_OPTIONS: '' };
    const command = spawn(process.execPath, [script], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => command.stdout.once('data', resolve));
    expect(existsSync(staging())).toBe(true);

    command.kill(signal);

    expect(await new Promise((resolve) => command.once('close', resolve))).toBe(code);
    expect(existsSync(staging())).toBe(false);
  });
});
