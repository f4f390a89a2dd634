import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedNetwork } from '../config/resolve.ts';
import { chaincodeSlotPorts } from '../config/topology.ts';
import { organizationPaths } from '../identity/layout.ts';
import type { NativeFolders } from './folders.ts';

/** Writes for each organisation where its own service of a chaincode listens, with the client key its peer shows. */
export function writeConnections(
  network: ResolvedNetwork,
  folders: NativeFolders,
  { name, label, slot = 0 }: { name: string; label: string; slot?: number },
): void {
  for (const organization of network.organizations) {
    const { chaincodeTls } = organizationPaths(folders.organizations, organization.name);
    const read = (file: string) => readFileSync(join(chaincodeTls, file), 'utf8');
    const port = (organization.chaincode[name] ?? 0) + slot * chaincodeSlotPorts;
    const connection = {
      address: `${organization.host}:${port}`,
      dial_timeout: '5s',
      tls_required: true,
      client_auth_required: true,
      client_key: read('client.key'),
      client_cert: read('client.crt'),
      root_cert: read('ca.crt'),
    };
    const folder = folders.connections(organization.name);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `${label}.json`), JSON.stringify(connection), { mode: 0o600 });
  }
}
