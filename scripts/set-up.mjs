// Makes a bare clone runnable. Needs nothing but Node 20 and npm, so it has no dependencies and no TypeScript.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
// As a whole: to name statfsSync would keep an old Node from linking, and so from being told that it is old.
import fs from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '..');
export const node = join(root, 'node_modules', 'node', 'bin', 'node');

const wantedNode = 24;
const diskBytes = 1_500_000_000;
const stamp = join(root, 'node_modules', '.tangram-lock');

/**
 * Checks the machine, installs what is missing, returns the path of Node 24. Throws an Error a newcomer can act on.
 * Running the product needs no tools, so a first `npm start` leaves them out and is there sooner.
 */
export function setUp({ needsTools, say = (text) => process.stderr.write(`${text}\n`) }) {
  if (process.platform !== 'linux') {
    say(`Tangram is tested on Linux; this is ${process.platform}. Going on.`);
  }
  if (!isInstalled(needsTools)) {
    install(needsTools, say);
  }
  const version = nodeVersion();
  if (!version?.startsWith(`v${wantedNode}.`)) {
    throw new Error(
      `Node ${wantedNode} should now be in node_modules/node, but there is ${version ?? 'none'}. ` +
        'Install scripts are probably off: run `npm config set ignore-scripts false`, then `npm rebuild node`.',
    );
  }
  return node;
}

function install(needsTools, say) {
  const { bavail, bsize } = fs.statfsSync(root);
  if (bavail * bsize < diskBytes) {
    const free = Math.round((bavail * bsize) / 1e6);
    throw new Error(`Only ${free} MB of disk are free in ${root}: about ${diskBytes / 1e6} MB are needed.`);
  }
  say('Installing packages (once, about a minute) …');
  // npm ci refuses locks that lack another platform's optional packages; npm install does not.
  const omit = needsTools || hasTools() ? [] : ['--omit=dev'];
  const result = spawnSync('npm', ['install', ...omit, '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  if (result.status !== 0) {
    const why = result.error?.message ?? `${result.stdout}${result.stderr}`.trim();
    throw new Error(`npm install failed. Its last words:\n${why.split('\n').slice(-15).join('\n')}`);
  }
  if (!nodeVersion()?.startsWith(`v${wantedNode}.`)) {
    spawnSync('npm', ['rebuild', 'node'], { cwd: root, stdio: 'ignore' });
  }
  fs.writeFileSync(stamp, lockDigest());
}

function isInstalled(needsTools) {
  if (needsTools && !hasTools()) return false;
  if (!nodeVersion()?.startsWith(`v${wantedNode}.`)) return false;
  if (!fs.existsSync(stamp)) return fs.existsSync(join(root, 'node_modules', '.package-lock.json'));
  return fs.readFileSync(stamp, 'utf8') === lockDigest();
}

function hasTools() {
  return fs.existsSync(join(root, 'node_modules', 'jest', 'package.json'));
}

function lockDigest() {
  return createHash('sha256')
    .update(fs.readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function nodeVersion() {
  if (!fs.existsSync(node)) return undefined;
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim();
}
