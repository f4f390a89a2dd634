import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** The release whose protocols and defaults this driver is written and tested for. */
export const fabricVersion = '3.1.5';
const names = ['orderer', 'peer', 'configtxgen'] as const;

/** Fabric's own programs by full path. */
export type Binaries = Record<(typeof names)[number], string>;

/** Where the programs of the official release are kept once they were fetched. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const caches = environment.XDG_CACHE_HOME || join(homedir(), '.cache');
  return join(caches, 'tangram', `fabric-${fabricVersion}`, 'bin');
}

/** Finds all programs in one folder: FABRIC_BIN, else PATH, else the cache. Refuses a FABRIC_BIN that lacks one. */
export function findBinaries(environment: NodeJS.ProcessEnv = process.env): Binaries | undefined {
  const named = environment.FABRIC_BIN;
  if (named) {
    const found = binariesIn(named);
    if (!found) {
      const missing = names.filter((name) => !isExecutable(join(named, name)));
      throw new Error(`FABRIC_BIN is ${named}, which lacks ${missing.join(', ')}. It must hold ${names.join(', ')}.`);
    }
    return found;
  }
  const folders = [...(environment.PATH ?? '').split(delimiter).filter(Boolean), cacheFolder(environment)];
  for (const folder of folders) {
    const found = binariesIn(folder);
    if (found) return found;
  }
  return undefined;
}

/** Version that a program reports. */
export async function versionOf(binary: string): Promise<string> {
  const { stdout } = await run(binary, ['version']);
  return /Version: v?(\S+)/.exec(stdout)?.[1] ?? 'unknown';
}

/** Refuses programs before 3.1, which know no BFT of this kind; a build of one's own, which names no release, is let pass. */
export async function demandVersion({ peer, orderer }: Binaries): Promise<void> {
  for (const program of [peer, orderer]) {
    const version = await versionOf(program).catch(() => 'unknown');
    const [, major = '', minor = ''] = /^(\d+)\.(\d+)\./.exec(version) ?? [];
    if (major === '' || Number(major) * 1000 + Number(minor) >= 3001) continue;
    throw new Error(
      `${program} is of Hyperledger Fabric ${version}; BFT as it is used here needs 3.1 or newer. Set FABRIC_BIN to the folder of such programs, or take these off the PATH: then ${fabricVersion} is fetched.`,
    );
  }
}

/** Says what lacks and every way to get it. */
export function describeMissing(reason: string): string {
  return `The native driver needs Hyperledger Fabric ${fabricVersion} (${names.join(', ')}), and they are not here.
  1. You have them: FABRIC_BIN=/folder/with/them npm start -- --driver native (or put them on the PATH).
  2. This machine reaches GitHub: the official release is fetched by itself and kept in ${cacheFolder()}.
     It was tried just now: ${reason}
  3. Another machine does: unpack hyperledger-fabric-<system>-${fabricVersion}.tar.gz from
     https://github.com/hyperledger/fabric/releases/tag/v${fabricVersion}, copy its bin folder here, and set FABRIC_BIN.
Without them, npm start runs the embedded network, which needs nothing.`;
}

function binariesIn(folder: string): Binaries | undefined {
  if (!names.every((name) => isExecutable(join(folder, name)))) return undefined;
  return Object.fromEntries(names.map((name) => [name, join(folder, name)])) as Binaries;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
