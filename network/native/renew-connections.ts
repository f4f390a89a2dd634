import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedOrganization } from '../config/resolve.ts';
import { replaceFile } from '../identity/files.ts';
import { organizationPaths } from '../identity/layout.ts';
import type { NativeFolders } from './folders.ts';

/**
 * Gives an organisation's peers the present client key for their chaincode services. A peer keeps what its builder once
 * released and reads that copy each time it connects, so the copies are renewed as well.
 */
export function renewConnections(organization: ResolvedOrganization, folders: NativeFolders): void {
  const { chaincodeTls } = organizationPaths(folders.organizations, organization.name);
  const read = (file: string) => readFileSync(join(chaincodeTls, file), 'utf8');
  const present = { client_key: read('client.key'), client_cert: read('client.crt'), root_cert: read('ca.crt') };
  for (const { index } of organization.peers) {
    for (const file of connectionFiles(organization.name, index, folders)) {
      const connection = JSON.parse(readFileSync(file, 'utf8')) as object;
      replaceFile(file, JSON.stringify({ ...connection, ...present }), 0o600);
    }
  }
}

function connectionFiles(organization: string, index: number, folders: NativeFolders): string[] {
  const connections = folders.connections(organization, index);
  const builds = join(folders.peer(organization, index), 'data/externalbuilder/builds');
  const released = namesIn(builds).map((name) => join(builds, name, 'release/chaincode/server/connection.json'));
  return [...namesIn(connections).map((name) => join(connections, name)), ...released].filter(
    (file) => existsSync(file) && file.endsWith('.json'),
  );
}

const namesIn = (folder: string): string[] => (existsSync(folder) ? readdirSync(folder) : []);
