import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleAll } from './bundle.ts';
import { findPostgresPrograms, writePostgresContext } from './postgres-image.ts';
import { writeRootFileSystem } from './root-file-system.ts';

const root = join(import.meta.dirname, '..');
const dockerfile = 'docker/tangram.dockerfile';
const targets = ['chaincode', 'network', 'gateway', 'set-up'] as const;
const localBase = 'tangram/build-base:local';
export const localPostgres = 'tangram/postgres:local';
// All that the build stage needs once the programs are bundled.
const buildFiles = [
  dockerfile,
  'docker/health.ts',
  'network/config/topology.ts',
  'scripts/image-content.ts',
  'scripts/root-file-system.ts',
];
// What health checks call, and in a peer's image the external builder's scripts; the official images have them too.
const checkTools = ['bash', 'timeout'];
const builderTools = ['sh', 'cat', 'cp', 'grep', 'mkdir'];

export type ImageTarget = (typeof targets)[number];

/** Name of an image of ours; compose may be given others in `.env`. */
export const imageName = (target: ImageTarget, version = '0.1.0') => `tangram/${target}:${version}`;

export interface BuildOptions {
  /** Builds the chaincode image alone, with this version as its tag: what an upgrade asks for. */
  chaincodeVersion?: string;
  /** The folder of Fabric's programs. */
  fabricFolder?: string;
}

export interface BuiltImage {
  name: string;
  megabytes: number;
  seconds: number;
}

/** Builds our images as compose does: the build stage takes Node and all packages from registries. */
export function buildImages({ chaincodeVersion }: BuildOptions = {}): BuiltImage[] {
  const build = (target: ImageTarget) => buildTarget(target, root, { version: chaincodeVersion });
  return chaincodeVersion === undefined ? targets.map(build) : [build('chaincode')];
}

/**
 * Builds our images from this machine's Node and packages: no registry is asked for anything. With `fabricFolder` also
 * the set-up image and images of peer and orderer, and of PostgreSQL where that is installed, to be named in `.env`.
 */
export async function buildImagesLocally({ chaincodeVersion, fabricFolder }: BuildOptions = {}): Promise<BuiltImage[]> {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-images-'));
  try {
    writeRootFileSystem(join(folder, 'base/root'), [{ from: process.execPath, to: '/usr/local/bin/node' }]);
    writeFileSync(join(folder, 'base/Dockerfile'), 'FROM scratch\nCOPY root /\n');
    const base = build(localBase, [join(folder, 'base')]);
    const context = join(folder, 'context');
    await bundleAll(join(context, 'bundles'));
    for (const file of buildFiles) cpSync(join(root, file), join(context, file));
    if (fabricFolder !== undefined) {
      cpSync(join(fabricFolder, 'configtxgen'), join(context, 'fabric/configtxgen'));
    }
    const args = ['--build-arg', `BUILD_IMAGE=${localBase}`];
    if (chaincodeVersion !== undefined) return [buildTarget('chaincode', context, { version: chaincodeVersion, args })];
    const own = targets.filter((target) => target !== 'set-up' || fabricFolder !== undefined);
    const images = own.map((target) => buildTarget(target, context, { args }));
    const nodes = fabricFolder === undefined ? [] : buildFabricImages(fabricFolder, join(folder, 'fabric'));
    const databases = fabricFolder === undefined ? [] : buildPostgresImage(join(folder, 'postgres'));
    return [base, ...images, ...nodes, ...databases];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Peer and orderer of this machine's Fabric as images: a stand-in for the official ones where none can be pulled. */
function buildFabricImages(fabricFolder: string, folder: string): BuiltImage[] {
  return ['peer', 'orderer'].map((name) => {
    const context = join(folder, name);
    const toolNames = [...checkTools, ...(name === 'peer' ? builderTools : [])];
    const tools = toolNames.map((tool) => ({ from: `/bin/${tool}`, to: `/bin/${tool}` }));
    const program = { from: join(fabricFolder, name), to: `/usr/local/bin/${name}` };
    writeRootFileSystem(join(context, 'root'), [program, ...tools]);
    writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin:/bin\n');
    return build(`tangram/fabric-${name}:local`, [context]);
  });
}

/** This machine's PostgreSQL as an image, where it has one. */
function buildPostgresImage(context: string): BuiltImage[] {
  const programs = findPostgresPrograms();
  if (programs === undefined) return [];
  writePostgresContext(programs, context);
  return [build(localPostgres, [context])];
}

interface Tagging {
  version?: string;
  args?: readonly string[];
}

function buildTarget(target: ImageTarget, context: string, { version, args = [] }: Tagging): BuiltImage {
  return build(imageName(target, version), ['-f', join(context, dockerfile), '--target', target, ...args, context]);
}

function build(name: string, args: readonly string[]): BuiltImage {
  const started = performance.now();
  docker(['build', '--quiet', '-t', name, ...args]);
  const bytes = Number(docker(['image', 'inspect', '--format', '{{.Size}}', name]));
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  return { name, megabytes: Math.round(bytes / 1e6), seconds };
}

function docker(args: string[]): string {
  return execFileSync('docker', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
}
