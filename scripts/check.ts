/** `npm run check`: types, lint, import boundaries and house rules, each named with its time; exits non-zero on any. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules', '.bin');
const steps = [
  { name: 'types', command: ['tsc', '-p', '.'] },
  { name: 'lint', command: ['biome', 'ci', '--error-on-warnings', '--colors=off', '.'] },
  { name: 'boundaries', command: ['depcruise', '--config', '.dependency-cruiser.cjs', ...workspaces()] },
  { name: 'tidy', command: ['jest', 'test/tidy.test.ts', 'test/lint.test.ts'] },
];

let failed = 0;
for (const { name, command } of steps) {
  const started = performance.now();
  const [file = '', ...rest] = command;
  const result = spawnSync(join(bin, file), rest, {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules --disable-warning=ExperimentalWarning' },
  });
  const isGood = result.status === 0;
  if (!isGood) {
    failed += 1;
    process.stdout.write(`${result.stdout}${result.stderr}`);
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${isGood ? '✔' : '✘'} ${name} (${seconds} s)\n`);
}
process.exit(failed === 0 ? 0 : 1);

function workspaces(): string[] {
  return ['chaincode', 'gateway', 'network', 'test', 'scripts'];
}
