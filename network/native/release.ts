import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { type Binaries, cacheFolder, demandVersion, describeMissing, fabricVersion, findBinaries } from './binaries.ts';

const run = promisify(execFile);
const releaseUrl = `https://api.github.com/repos/hyperledger/fabric/releases/tags/v${fabricVersion}`;
const downloadMilliseconds = 300_000;

interface Release {
  assets: { name: string; browser_download_url: string; digest?: string }[];
}

/** Finds Fabric's programs, or fetches the official release into the cache; throws with the three ways out. Refuses old ones. */
export async function obtainBinaries(url = releaseUrl, environment = process.env): Promise<Binaries> {
  const found = findBinaries(environment);
  if (found) {
    await demandVersion(found);
    return found;
  }
  try {
    await download(url, dirname(cacheFolder(environment)));
  } catch (error) {
    throw new Error(describeMissing(explain(error as Error)));
  }
  const fetched = findBinaries(environment);
  if (!fetched) throw new Error(describeMissing('the archive does not hold the programs.'));
  return fetched;
}

/** Fetches the archive of this system, demands the digest that the release page states, and unpacks it. */
async function download(url: string, folder: string): Promise<void> {
  const name = `hyperledger-fabric-${systemName()}-${fabricVersion}.tar.gz`;
  const release = (await (await get(url)).json()) as Release;
  const asset = release.assets.find((candidate) => candidate.name === name);
  if (!asset) throw new Error(`the release has no ${name}.`);
  const stated = asset.digest?.replace(/^sha256:/, '');
  if (stated === undefined) throw new Error(`the release states no digest of ${name}.`);
  const bytes = Buffer.from(await (await get(asset.browser_download_url)).arrayBuffer());
  const digest = createHash('sha256').update(bytes).digest('hex');
  if (digest !== stated) throw new Error(`${name} has digest ${digest}; the release states ${stated}.`);
  await unpack(bytes, folder);
}

/** Unpacks beside the place and moves it there at once, so that a half-written folder is never found. */
async function unpack(bytes: Uint8Array, folder: string): Promise<void> {
  const staging = `${folder}.new-${process.pid}`;
  mkdirSync(staging, { recursive: true });
  try {
    const archive = join(staging, 'release.tar.gz');
    writeFileSync(archive, bytes);
    await run('tar', ['-xzf', archive, '-C', staging]);
    rmSync(archive);
    rmSync(folder, { recursive: true, force: true });
    renameSync(staging, folder);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

async function get(url: string): Promise<Response> {
  const response = await fetch(url, { signal: AbortSignal.timeout(downloadMilliseconds) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response;
}

function systemName(): string {
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return `${process.platform}-${architecture}`;
}

function explain(error: Error): string {
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}
