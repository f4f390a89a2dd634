import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');

/** Programs that are shipped as one file each, with what they read beside it. */
export const programs = {
  chaincode: { entry: 'chaincode/main.ts', threads: [], format: 'cjs', assets: [] },
  gateway: {
    entry: 'gateway/main.ts',
    // Programs of its worker threads, each a file beside it.
    threads: ['gateway/read-model/projection-worker.ts'],
    format: 'esm',
    assets: [
      { from: 'gateway/iso20022/xsd', to: 'program/xsd' },
      { from: 'node_modules/@fastify/swagger-ui/static', to: 'static' },
      { from: 'node_modules/@fastify/swagger-ui/static/logo.svg', to: 'program/static/logo.svg' },
    ],
  },
  network: { entry: 'network/embedded/main.ts', threads: [], format: 'esm', assets: [] },
  issuer: { entry: 'network/sandbox/main.ts', threads: [], format: 'esm', assets: [] },
  'set-up': {
    entry: 'network/compose/set-up.ts',
    threads: [],
    format: 'esm',
    assets: [
      { from: 'network/networks', to: 'networks' },
      { from: 'network/native/builder', to: 'program/builder' },
    ],
  },
} as const;

export type ProgramName = keyof typeof programs;

// CommonJS packages inside an ES module still ask for these.
const commonJsNames =
  "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" +
  'const __dirname=import.meta.dirname;const __filename=import.meta.filename;';
// A security module's driver and a native PostgreSQL client: optional, and not in our images.
const absent = ['pkcs11js', 'pg-native'];

/** Bundles one program into `<folder>/program/`; the same sources give the same bytes. Returns the bundle's file. */
export async function bundle(name: ProgramName, folder: string): Promise<string> {
  const { entry, threads, format, assets } = programs[name];
  const fileOf = (program: string) => join(folder, 'program', `${program}.${format === 'cjs' ? 'cjs' : 'mjs'}`);
  const file = fileOf(name);
  await bundleFile(entry, file, format);
  for (const thread of threads) await bundleFile(thread, fileOf(basename(thread, '.ts')), format);
  for (const { from, to } of assets) {
    mkdirSync(join(folder, to, '..'), { recursive: true });
    cpSync(join(root, from), join(folder, to), { recursive: true });
  }
  return file;
}

function bundleFile(entry: string, file: string, format: 'cjs' | 'esm') {
  return build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format,
    external: absent,
    logLevel: 'error',
    ...(format === 'esm' ? { banner: { js: commonJsNames } } : {}),
  });
}

/** What the images hold: a folder an image, in the network's also the development issuer, in the set-up's the code's digest. */
export async function bundleAll(folder: string): Promise<void> {
  const chaincode = await bundle('chaincode', join(folder, 'chaincode'));
  await bundle('set-up', join(folder, 'set-up'));
  const digest = createHash('sha256').update(readFileSync(chaincode)).digest('hex');
  writeFileSync(join(folder, 'set-up/chaincode.sha256'), digest);
  await bundle('gateway', join(folder, 'gateway'));
  await bundle('network', join(folder, 'network'));
  await bundle('issuer', join(folder, 'network'));
}
