import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedNetwork } from '../config/resolve.ts';
import { gatewayConfig } from '../drivers/gateway-config.ts';
import type { ChaincodePackage } from '../native/chaincode-package.ts';
import { nativeFolders } from '../native/folders.ts';
import { issuerUrlOf } from './containers.ts';

/** The folder that every container of an organisation sees its volume in; paths in settings begin with it. */
export const dataFolder = '/data';

export type ReadModelKind = 'postgres' | 'sqlite';

/** Writes which chaincode names an organisation's service serves, where, and under which package ids. */
export function writeChaincodeServers(
  network: ResolvedNetwork,
  packages: ReadonlyMap<string, ChaincodePackage>,
  data = dataFolder,
): void {
  for (const { name, peers } of network.organizations) {
    const servers = Object.entries(peers[0].chaincode).map(([each, port]) => ({
      name: each,
      ccid: packages.get(each)?.packageId,
      address: `0.0.0.0:${port}`,
    }));
    write(join(data, 'services', name, 'chaincode-servers.json'), servers);
  }
}

/** Writes each gateway's configuration and, for PostgreSQL, a password made once. */
export function writeGatewayConfigs(network: ResolvedNetwork, kind: ReadModelKind, data = dataFolder): void {
  for (const { name } of network.organizations) {
    const folder = join(data, 'services', name);
    const organizationsFolder = nativeFolders(data).organizations;
    const config = gatewayConfig(network, name, { organizationsFolder, folder, issuerUrl: issuerUrlOf(network) });
    const passwordFile = join(folder, 'postgres-password');
    if (!existsSync(passwordFile)) write(passwordFile, randomBytes(24).toString('hex'));
    const password = readFileSync(passwordFile, 'utf8');
    const postgres = { kind, url: `postgres://tangram:${password}@127.0.0.1:5432/tangram` };
    const readModel = kind === 'postgres' ? postgres : config.readModel;
    write(join(folder, 'gateway.json'), { ...config, host: '0.0.0.0', readModel });
  }
}

/** Copies to each organisation's volume its own keys but the CA's, its own settings, and the others' public material. */
export function distribute(network: ResolvedNetwork, volumes: string, data = dataFolder): void {
  const { organizations, root } = nativeFolders(data);
  for (const { name } of network.organizations) {
    const into = (path: string) => join(volumes, name, path);
    cpSync(join(organizations, name), into(`organizations/${name}`), {
      recursive: true,
      filter: (path) => path !== join(organizations, name, 'ca'),
    });
    for (const other of network.organizations) {
      cpSync(join(organizations, other.name, 'msp'), into(`organizations/${other.name}/msp`), { recursive: true });
    }
    cpSync(join(root, name), into(`nodes/${name}`), { recursive: true });
    cpSync(join(data, 'services', name), into(`services/${name}`), { recursive: true });
  }
}

function write(file: string, value: unknown): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
}
