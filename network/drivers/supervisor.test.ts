import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSupervisor, type Supervisor } from './supervisor.ts';

const folder = mkdtempSync(join(tmpdir(), 'tangram-supervisor-'));
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const steady = file('steady.mjs', `console.log('{"ready":true}'); setInterval(() => {}, 1000);`);
const broken = file('broken.mjs', `console.error('no ledger here'); process.exit(3);`);
const stubborn = file(
  'stubborn.mjs',
  `process.on('SIGTERM', () => {}); console.log('{"ready":true}'); setInterval(() => {}, 1000);`,
);

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** Command lines of living processes in which a path stands. */
const processesNaming = (path: string) =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(path) ? [pid] : [];
      } catch {
        return [];
      }
    });

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('did not happen within a minute');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('supervisor', () => {
  let supervisor: Supervisor;
  beforeEach(() => {
    supervisor = createSupervisor({ logFolder: join(folder, 'logs'), stopMilliseconds: 300 });
  });
  afterEach(() => supervisor.stop(supervisor.names()));

  test('starts a killed child again and says that it died', async () => {
    const crashes: string[] = [];
    supervisor.onCrash((name, lastWords) => crashes.push(`${name}: ${lastWords}`));
    await supervisor.start({ name: 'steady', file: steady, args: [] });
    const first = supervisor.pidOf('steady');

    supervisor.kill('steady');
    await until(() => crashes.length > 0);
    await supervisor.ready('steady');

    expect(crashes[0]).toContain('steady ended with SIGKILL');
    expect(supervisor.pidOf('steady')).not.toBe(first);
  });

  test('gives the last words of a child that ends before it is ready', async () => {
    await expect(supervisor.start({ name: 'broken', file: broken, args: [] })).rejects.toThrow(
      /broken ended with code 3 before it was ready:\nno ledger here/,
    );
  });

  test('leaves no process behind, not even one that ignores the polite signal', async () => {
    await supervisor.start({ name: 'stubborn', file: stubborn, args: [] });
    const pid = supervisor.pidOf('stubborn') ?? 0;

    await supervisor.stop(['stubborn']);

    expect(isAlive(pid)).toBe(false);
  });

  test('runs a program that is not ours: ready when asked, back after kill -9, gone with the last stop', async () => {
    const mark = join(folder, 'mark');
    const program = file('program.sh', `#!/bin/sh\necho started > ${mark}\nexec sleep 600\n`);
    chmodSync(program, 0o755);
    const isReady = async () => existsSync(mark);
    await supervisor.start({ name: 'program', file: program, args: [], isReady });
    const first = supervisor.pidOf('program') ?? 0;

    supervisor.kill('program');
    await until(() => !isAlive(first));
    await supervisor.ready('program');
    const second = supervisor.pidOf('program') ?? 0;
    await supervisor.stop(['program']);

    expect(second).not.toBe(first);
    await until(() => processesNaming(program).length === 0);
  });

  test('stops one child and goes on restarting the others', async () => {
    await supervisor.start({ name: 'one', file: steady, args: [] });
    await supervisor.start({ name: 'other', file: steady, args: [] });
    await supervisor.stop(['one']);
    const first = supervisor.pidOf('other') ?? 0;

    supervisor.kill('other');
    await until(() => !isAlive(first));
    await supervisor.ready('other');

    expect(supervisor.names()).toEqual(['other']);
  });

  test('leaves a halted child down until it is relaunched, and refuses a name that it does not know', async () => {
    await supervisor.start({ name: 'steady', file: steady, args: [] });
    const first = supervisor.pidOf('steady') ?? 0;

    await supervisor.halt(['steady']);
    expect(isAlive(first)).toBe(false);
    expect(supervisor.names()).toEqual(['steady']);
    await supervisor.relaunch(['steady']);

    const second = supervisor.pidOf('steady') ?? 0;
    expect(isAlive(second)).toBe(true);
    // A child that runs is left alone.
    await supervisor.relaunch(['steady']);
    expect(supervisor.pidOf('steady')).toBe(second);
    await expect(supervisor.halt(['nobody'])).rejects.toThrow('There is no process nobody; there are steady.');
  });

  test('leaves a crashed child down until it is relaunched', async () => {
    await supervisor.start({ name: 'stubborn', file: stubborn, args: [] });
    const first = supervisor.pidOf('stubborn') ?? 0;

    await supervisor.crash(['stubborn']);
    expect(isAlive(first)).toBe(false);
    await supervisor.relaunch(['stubborn']);

    expect(isAlive(supervisor.pidOf('stubborn') ?? 0)).toBe(true);
  });

  test('stops a child with its family in their tracks, lets them go on, and ends a paused one', async () => {
    const program = file('family.sh', `#!/bin/sh\nsetsid sleep 601 &\nsleep 602\n`);
    chmodSync(program, 0o755);
    await supervisor.start({ name: 'family', file: program, args: [], isReady: async () => true });
    const sleepers = () => ['601', '602'].flatMap(processesNaming);
    await until(() => sleepers().length === 2);
    const states = () =>
      sleepers().map((pid) => /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

    // A process takes note of a signal only when it next gets the processor.
    supervisor.pause('family');
    await until(() => states().join() === 'T,T');
    supervisor.resume('family');
    await until(() => states().join() === 'S,S');
    supervisor.pause('family');
    await supervisor.stop(['family']);

    await until(() => processesNaming('602').length === 0);
    for (const pid of processesNaming('601')) process.kill(Number(pid), 'SIGKILL');
  });

  test('ends children whose parent was killed with -9', async () => {
    const parent = file(
      'parent.ts',
      `import { createSupervisor } from '${join(import.meta.dirname, 'supervisor.ts')}';
       import { writeFileSync } from 'node:fs';
       const supervisor = createSupervisor({ logFolder: '${folder}/logs' });
       await supervisor.start({ name: 'orphan', file: '${steady}', args: [] });
       writeFileSync('${folder}/orphan.pid', String(supervisor.pidOf('orphan')));`,
    );
    const running = spawn(process.execPath, [parent], { stdio: 'inherit', env: { ...process.env, NODE_OPTIONS: '' } });
    const readPid = () => {
      try {
        return Number(readFileSync(join(folder, 'orphan.pid'), 'utf8'));
      } catch {
        return 0;
      }
    };
    await until(() => readPid() > 0);

    running.kill('SIGKILL');

    await until(() => !isAlive(readPid()));
  });
});
