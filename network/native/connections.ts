import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onThisMachine, type ResolvedNetwork } from '../config/resolve.ts';
import { chaincodeSlotPorts } from '../config/topology.ts';
import { organizationPaths } from '../identity/layout.ts';
import type { NativeFolders } from './folders.ts';

/** Writes beside each peer where its own service of a chaincode listens, with the client key its peer shows. */
export function writeConnections(
  network: ResolvedNetwork,
  folders: NativeFolders,
  { name, label, slot = 0 }: { name: string; label: string; slot?: number },
): void {
  for (const organization of onThisMachine(network).organizations) {
    const { chaincodeTls } = organizationPaths(folders.organizations, organization.name);
    const read = (file: string) => readFileSync(join(chaincodeTls, file), 'utf8');
    const connection = {
      dial_timeout: '5s',
      tls_required: true,
      client_auth_required: true,
      client_key: read('client.key'),
      client_cert: read('client.crt'),
      root_cert: read('ca.crt'),
    };
    for (const { index, chaincode } of organization.peers) {
      const address = `${organization.host}:${(chaincode[name] ?? 0) + slot * chaincodeSlotPorts}`;
      const folder = folders.connections(organization.name, index);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${label}.json`), JSON.stringify({ address, ...connection }), { mode: 0o600 });
    }
  }
}
