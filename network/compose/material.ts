import { randomBytes } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ResolvedNetwork } from '../config/resolve.ts';
import { chaincodeSlotPorts } from '../config/topology.ts';
import { gatewayConfig } from '../drivers/gateway-config.ts';
import type { ChaincodePackage } from '../native/chaincode-package.ts';
import { nativeFolders } from '../native/folders.ts';
import { ordererOperations, peerOperations } from '../native/operations.ts';
import { type ComposeChaincode, slotLetters } from './chaincode-set.ts';
import { issuerUrlOf } from './containers.ts';

/** The folder that every container of an organisation sees its volume in; paths in settings begin with it. */
export const dataFolder = '/data';

export type ReadModelKind = 'postgres' | 'sqlite';

/** Writes which chaincode names an organisation's service serves, where, under which package ids, and from which code. */
export function writeChaincodeServers(
  network: ResolvedNetwork,
  packageOf: (name: string) => ChaincodePackage,
  { slot, digest }: ComposeChaincode,
): void {
  for (const { name, peers } of network.organizations) {
    const servers = Object.entries(peers[0].chaincode).map(([each, port]) => ({
      name: each,
      ccid: packageOf(each).packageId,
      address: `0.0.0.0:${port + slot * chaincodeSlotPorts}`,
      digest,
    }));
    write(join(dataFolder, 'services', name, `chaincode-servers-${slotLetters[slot]}.json`), servers);
  }
}

/** Writes each gateway's configuration and, for PostgreSQL, a password made once. */
export function writeGatewayConfigs(network: ResolvedNetwork, kind: ReadModelKind): void {
  for (const { name } of network.organizations) {
    const folder = join(dataFolder, 'services', name);
    const organizationsFolder = nativeFolders(dataFolder).organizations;
    const config = gatewayConfig(network, name, { organizationsFolder, folder, issuerUrl: issuerUrlOf(network) });
    const passwordFile = join(folder, 'postgres-password');
    if (!existsSync(passwordFile)) write(passwordFile, randomBytes(24).toString('hex'));
    const password = readFileSync(passwordFile, 'utf8');
    const postgres = { kind, url: `postgres://tangram:${password}@127.0.0.1:5432/tangram` };
    const readModel = kind === 'postgres' ? postgres : config.readModel;
    write(join(folder, 'gateway.json'), { ...config, host: '0.0.0.0', readModel });
  }
}

/** Writes where each node tells how it is: in its own folder for its own health check, in one list for its host's. */
export function writeOperations({ organizations }: ResolvedNetwork): void {
  const folders = nativeFolders(dataFolder);
  for (const organization of organizations) {
    const { name, orderer, peers } = organization;
    const nodes = [
      { folder: folders.peer(name), listener: peerOperations(organization, peers[0], folders.organizations) },
      ...(orderer
        ? [{ folder: folders.orderer(name), listener: ordererOperations(organization, folders.organizations) }]
        : []),
    ];
    for (const { folder, listener } of nodes) {
      write(join(folder, 'operations'), `${listener.host}/${listener.port}\n`);
    }
    write(
      join(dataFolder, 'services', name, 'nodes.json'),
      nodes.map(({ listener }) => listener),
    );
  }
}

/**
 * Copies to each organisation's volume its own keys but the CA's, its own settings, and the others' public material.
 * `own` leads to what is the organisation's, so that its containers need not be told whose they are.
 */
export function distribute(network: ResolvedNetwork, volumes: string): void {
  const { organizations, root } = nativeFolders(dataFolder);
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
    cpSync(join(dataFolder, 'services', name), into(`services/${name}`), { recursive: true });
    mkdirSync(into('own'), { recursive: true });
    link(`../organizations/${name}`, into('own/organization'));
    link(`../nodes/${name}`, into('own/nodes'));
    link(`../services/${name}`, into('own/services'));
  }
}

function link(target: string, path: string): void {
  if (!existsSync(path)) symlinkSync(target, path);
}

function write(file: string, value: unknown): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
}
