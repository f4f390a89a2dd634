/** Runs inside the build stage of `docker/tangram.dockerfile`: lays out everything that the images copy. */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { dirname, join } from 'node:path';
import { organizationNames } from '../network/config/topology.ts';
import { writeRootFileSystem } from './root-file-system.ts';

const root = join(import.meta.dirname, '..');
const [folder = '/out'] = process.argv.slice(2);

writeRootFileSystem(join(folder, 'base'), [{ from: process.execPath, to: '/usr/local/bin/node' }]);
mkdirSync(join(folder, 'base/app'), { recursive: true });
// Stripped once here, not at every check.
const health = stripTypeScriptTypes(readFileSync(join(root, 'docker/health.ts'), 'utf8'));
writeFileSync(join(folder, 'base/app/health.mjs'), health);
mkdirSync(join(folder, 'data'), { recursive: true });
for (const name of organizationNames) mkdirSync(join(folder, 'volumes', name), { recursive: true });

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

// Without a registry and without Fabric's programs there is no set-up image; the others need none of them.
const configtxgen = existsSync(bundled) ? join(root, 'fabric/configtxgen') : await fetchedConfigtxgen();
mkdirSync(join(folder, 'set-up-root'), { recursive: true });
if (existsSync(configtxgen))
  writeRootFileSystem(join(folder, 'set-up-root'), [{ from: configtxgen, to: '/fabric/bin/configtxgen' }]);

/** From the official release, whose digest is checked. */
async function fetchedConfigtxgen(): Promise<string> {
  const { obtainBinaries } = await import('../network/native/release.ts');
  return (await obtainBinaries()).configtxgen;
}
