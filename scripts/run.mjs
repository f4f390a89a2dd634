// Runs one of our TypeScript programs, or jest, on Node 24, after setting the clone up:
//   node scripts/run.mjs <file.ts | jest> [arguments]
import './node-version.mjs';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, setUp } from './set-up.mjs';

const [program, ...rest] = process.argv.slice(2);
if (!program) {
  process.stdout.write('Usage: node scripts/run.mjs <file.ts | jest> [arguments]\n');
  process.exit(2);
}

let node;
try {
  node = setUp({ needsTools: !program.startsWith('network/') });
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
}

const isJest = program === 'jest';
const file = isJest ? join(root, 'node_modules', 'jest', 'bin', 'jest.js') : join(root, program);
const flags = isJest ? ['--experimental-vm-modules'] : [];
const child = spawn(node, [...flags, '--disable-warning=ExperimentalWarning', file, ...rest], {
  cwd: root,
  // An inter-process channel tells the child when this process is gone, however it went.
  stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  env: { ...process.env, PATH: `${join(root, 'node_modules', '.bin')}:${process.env.PATH}` },
});

// A terminal sends Ctrl-C to the whole group, a service manager only to us: forward it, the child counts it once.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => child.kill(signal));
}
child.on('exit', (code) => process.exit(code ?? 1));
watchNpm();

/** A killed npm tells nobody, and the shell between us stays: when one of the two is gone, so are we. */
function watchNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const before = npmAbove();
  setInterval(() => {
    if (npmAbove() !== before) child.kill('SIGTERM');
  }, 1000).unref();
}

/** Our parent, and its parent unless ours is npm itself: who started npm may go, as a shell does after `npm start &`. */
function npmAbove() {
  try {
    const stat = readFileSync(`/proc/${process.ppid}/stat`, 'utf8');
    if (stat.includes('(npm')) return `${process.ppid}`;
    return `${process.ppid} ${stat.slice(stat.lastIndexOf(')')).split(' ')[2]}`;
  } catch {
    return `${process.ppid} ?`;
  }
}
