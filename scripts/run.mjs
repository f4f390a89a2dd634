// Runs one of our TypeScript programs, or jest, on Node 24, after setting the clone up:
//   node scripts/run.mjs <file.ts | jest> [arguments]
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root, setUp } from './set-up.mjs';

const [program, ...rest] = process.argv.slice(2);
if (!program) {
  process.stdout.write('Usage: node scripts/run.mjs <file.ts | jest> [arguments]\n');
  process.exit(2);
}

let node;
try {
  node = setUp();
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

const isJest = program === 'jest';
const file = isJest ? join(root, 'node_modules', 'jest', 'bin', 'jest.js') : join(root, program);
const options = isJest ? ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'] : [];
const child = spawn(node, [...options, file, ...rest], {
  cwd: root,
  // An inter-process channel tells the child when this process is gone, however it went.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` },
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  // A terminal sends Ctrl-C to the whole group; the child answers it and this process waits for its exit code.
  process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
}
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
