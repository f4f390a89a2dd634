import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { ResolvedNetwork } from '../config/resolve.ts';
import { profileName } from './configtx.ts';
import type { NativeFolders } from './folders.ts';

interface WrittenProfile {
  Profiles: { [profileName]: { Orderer: { ConsenterMapping: { MSPID: string; Host: string; Port: number }[] } } };
}

/**
 * Refuses other hosts or ports than those that the channels of this run folder name: their orderers look for each other
 * where the first block says, and would never meet.
 */
export function demandKeptPlaces({ organizations, channels }: ResolvedNetwork, folders: NativeFolders): void {
  const file = join(folders.configtx, 'configtx.yaml');
  if (!existsSync(file) || !channels.some((channel) => existsSync(folders.block(channel)))) return;
  const written = parse(readFileSync(file, 'utf8')) as WrittenProfile;
  const moved = written.Profiles[profileName].Orderer.ConsenterMapping.flatMap(({ MSPID, Host, Port }) => {
    const { name, host, orderer } = organizations.find(({ mspId }) => mspId === MSPID) ?? {};
    if (!orderer || (host === Host && orderer.port === Port)) return [];
    return [`the orderer of ${name} is ${Host}:${Port} there, and ${host}:${orderer.port} now`];
  });
  if (moved.length === 0) return;
  throw new Error(
    `The channels of this run folder name other places: ${moved.join('; ')}.\nKeep ports and hosts as they were (without --port-base the former ones are taken), use another folder (--data), or forget this one: npm run network -- down --purge.`,
  );
}
