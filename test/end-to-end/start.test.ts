import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { holderOf } from '@tangram/network/drivers/run-folder.ts';
import { findPortBase } from './running-network.ts';

const root = join(import.meta.dirname, '..', '..');
const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const testNative = hasBinaries ? test : test.skip;
const onFabric = `real Fabric${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;

type Line = Record<string, unknown>;

interface Start {
  process: ChildProcess;
  lines: Line[];
  /** Resolves with the line in which the condition holds. */
  line(condition: (line: Line) => boolean): Promise<Line>;
  exited: Promise<number | null>;
}

/** Runs `npm start` without npm, in its JSON form. */
function start(options: string[]): Start {
  const child = spawn(process.execPath, [join(root, 'scripts/start.mjs'), '--json', ...options], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const lines: Line[] = [];
  const waiting: (() => void)[] = [];
  const wake = () => {
    for (const resume of waiting.splice(0)) resume();
  };
  createInterface({ input: child.stdout! }).on('line', (text) => {
    lines.push(JSON.parse(text));
    wake();
  });
  let isOver = false;
  const exited = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      isOver = true;
      wake();
      resolve(code);
    });
  });
  async function line(condition: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = lines.find(condition);
      if (found) return found;
      if (isOver) throw new Error(`It ended before: ${JSON.stringify(lines.at(-1))}`);
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
  }
  return { process: child, lines, line, exited };
}

/** Processes whose command line or environment of arguments names the run folder. */
function processesOf(dataFolder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => {
      try {
        return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')} ${readFileSync(`/proc/${pid}/environ`, 'utf8')}`;
      } catch {
        return '';
      }
    })
    .filter((text) => text.includes(dataFolder))
    .map((text) => text.slice(0, 120));
}

/** Waits for a condition, at most so long that the expectation after it tells why it never came. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 100));
}

describe('npm start', () => {
  let dataFolder: string;
  let portBase: number;
  const options = () => ['--data', dataFolder, '--port-base', String(portBase)];

  beforeEach(async () => {
    dataFolder = mkdtempSync(join(tmpdir(), 'tangram-start-'));
    portBase = await findPortBase();
  });
  afterEach(() => rmSync(dataFolder, { recursive: true, force: true }));

  test('plays the first day as expected, keeps its state, and Ctrl-C leaves no process', async () => {
    const first = start(['--once', ...options()]);
    expect(await first.exited).toBe(0);
    expect(first.lines.filter(({ asExpected }) => asExpected === false)).toEqual([]);
    const { summary } = first.lines.find((line) => 'summary' in line) as { summary: Line };
    expect(summary).toMatchObject({ replayed: 1 });

    const second = start(options());
    const ready = await second.line((line) => line.ready === true);
    const replay = second.lines.find((line) => 'summary' in line) as { summary: Line };
    expect(replay.summary).toMatchObject({ held: summary.held, banks: summary.banks });
    expect(Number(replay.summary.replayed)).toBeGreaterThan(250);

    const { cedar } = ready.gateways as Record<string, { url: string; token: string }>;
    const answer = await fetch(`${cedar?.url}/v1/accounts/cedar-1001`, {
      headers: { authorization: `Bearer ${cedar?.token}` },
    });
    expect(await answer.json()).toMatchObject({ accountId: 'cedar-1001', currency: 'CNY', status: 'OPEN' });

    second.process.kill('SIGINT');
    expect(await second.exited).toBe(130);
    expect(processesOf(dataFolder)).toEqual([]);
  }, 240_000);

  testNative(
    `plays the first day as expected on ${onFabric}, and leaves no process`,
    async () => {
      const day = start(['--once', '--driver', 'native', ...options()]);

      expect(await day.exited).toBe(0);
      expect(day.lines.filter(({ asExpected }) => asExpected === false)).toEqual([]);
      expect(day.lines.filter(({ asExpected }) => asExpected === true).length).toBeGreaterThan(0);
      expect(processesOf(dataFolder)).toEqual([]);
    },
    900_000,
  );

  test('leaves no process when it is killed with -9', async () => {
    const running = start(options());
    await running.line((line) => line.stage === 'Development issuer and five gateways');

    running.process.kill('SIGKILL');
    await until(() => processesOf(dataFolder).length === 0);
    expect(processesOf(dataFolder)).toEqual([]);
  }, 120_000);

  test('outlives the shell that sent npm to the background', async () => {
    const log = join(dataFolder, 'start.log');
    const command = `npm start -- --json ${options().join(' ')} > ${log} 2>&1 & read line`;
    // bash -c becomes the command that it runs, so that npm itself is the parent; dash stays between.
    const env = { ...process.env, npm_config_script_shell: '/bin/bash' };
    const shell = spawn('sh', ['-c', command], { cwd: root, env, stdio: ['pipe', 'ignore', 'ignore'] });
    await until(() => existsSync(log) && readFileSync(log, 'utf8').includes('"stage"'));

    shell.stdin.end();
    await new Promise((resolve) => shell.once('close', resolve));
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    await until(() => readFileSync(log, 'utf8').includes('five gateways'));

    expect(readFileSync(log, 'utf8')).toContain('five gateways');
    const pid = holderOf(dataFolder) ?? 0;
    process.kill(pid, 'SIGTERM');
    await until(() => processesOf(dataFolder).length === 0);
    expect(processesOf(dataFolder)).toEqual([]);
  }, 120_000);

  test('names a taken port and who holds it', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(portBase + 60, '127.0.0.1', resolve));
    const refused = start(options());

    const { error } = await refused.line((line) => 'error' in line);
    expect(await refused.exited).toBe(1);
    server.close();

    expect(error).toContain(`${portBase + 60} (control of the embedded network) is held by process ${process.pid}`);
    expect(error).toContain('--port-base');
  });
});
