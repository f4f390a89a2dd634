/** Runs inside the build stage of `docker/tangram.dockerfile`: lays out everything that the images copy. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeRootFileSystem } from './root-file-system.ts';

const root = join(import.meta.dirname, '..');
const [folder = '/out'] = process.argv.slice(2);

writeRootFileSystem(join(folder, 'base'), [{ from: process.execPath, to: '/usr/local/bin/node' }]);
mkdirSync(join(folder, 'base/app'), { recursive: true });
copyFileSync(join(root, 'docker/health.ts'), join(folder, 'base/app/health.ts'));
mkdirSync(join(folder, 'data'), { recursive: true });

const bundled = join(root, 'bundles');
if (existsSync(bundled)) {
  cpSync(bundled, folder, { recursive: true });
} else {
  const npm = join(dirname(process.execPath), '../lib/node_modules/npm/bin/npm-cli.js');
  execFileSync(process.execPath, [npm, 'install', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
  });
  const { bundleAll } = await import('./bundle.ts');
  await bundleAll(folder);
}
