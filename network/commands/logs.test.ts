import { spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const cli = join(import.meta.dirname, '..', 'cli.ts');

describe('logs --follow', () => {
  let folder: string;
  const log = () => join(folder, 'logs', 'keeper.log');
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-logs-'));
    mkdirSync(join(folder, 'logs'));
    writeFileSync(log(), 'one\ntwo\nthree\n');
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Follows the log, appends when the first lines are there, and ends when as many lines as wanted are. */
  async function follow(appended: (string | Buffer)[], wanted: number, ...more: string[]): Promise<string[]> {
    const args = ['--disable-warning=ExperimentalWarning', cli, 'logs', 'keeper', '--lines', '2', '--follow'];
    const child = spawn(process.execPath, [...args, '--data', folder, ...more], {
      env: { ...process.env, NODE_OPTIONS: '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    const lines = () => output.split('\n').slice(0, -1);
    await new Promise<void>((done) => {
      child.once('close', () => done());
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (lines().length >= 2) {
          const next = appended.shift();
          if (next !== undefined) appendFileSync(log(), next);
        }
        if (lines().length >= wanted) done();
      });
    });
    child.kill();
    return lines();
  }

  test('with --json makes each line an object, those that were there and those that come', async () => {
    const lines = await follow(['{"level":30}\nlast "words"\n'], 4, '--json');

    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { log: 'keeper', line: 'two' },
      { log: 'keeper', line: 'three' },
      { log: 'keeper', line: '{"level":30}' },
      { log: 'keeper', line: 'last "words"' },
    ]);
  });

  test('tells a line when it is whole, also one that was begun before', async () => {
    appendFileSync(log(), 'fo');

    expect(await follow(['ur 七\n'], 3)).toEqual(['two', 'three', 'four 七']);
  });
});
