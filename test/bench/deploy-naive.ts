import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { banks, channels, mspIdOf, organizations, resolvePorts } from '@tangram/network/config/topology.ts';
import type { NativeParts } from '@tangram/network/drivers/native.ts';
import { createControlClient } from '@tangram/network/embedded/control-client.ts';
import { createChaincodePackage } from '@tangram/network/native/chaincode-package.ts';
import { deploy } from '@tangram/network/native/deploy.ts';
import { withMembers } from '@tangram/network/native/members.ts';
import { type Process, startProcess } from '../conformance/process.ts';
import { type NaiveColumn, naiveColumns } from './settings.ts';

const chaincodeFile = fileURLToPath(new URL('chaincode/main.ts', import.meta.url));
const version = '1';
/** Ports of a network between those of peers' listeners and of its chaincode, of which nobody makes use. */
const firstPort = 90;
const peersOf = banks.map((bank) => `'${mspIdOf(bank)}.peer'`).join(', ');

/**
 * Any two of the four banks: with it a client asks the payer's home bank and one other, which is what our own names
 * demand. A name for each bank would cost the same and could not pay across banks.
 */
const policies: Record<NaiveColumn, string> = { naive: `OutOf(2, ${peersOf})`, 'naive-all': `AND(${peersOf})` };

const packages = Object.fromEntries(
  naiveColumns.map((name) => [
    name,
    createChaincodePackage(name, version, createHash('sha256').update(name).digest('hex')),
  ]),
) as Record<NaiveColumn, ReturnType<typeof createChaincodePackage>>;

/** Where a bank's process serves a name; the central bank endorses none and has none of its own. */
const addressOf = (portBase: number, name: NaiveColumn, bank: number) =>
  `127.0.0.1:${portBase + firstPort + naiveColumns.length * bank + naiveColumns.indexOf(name)}`;

/** Starts the naive chaincode, a process for each bank. They listen without TLS, which is in their favour. */
export function startNaiveProcesses(portBase: number): Promise<Process[]> {
  return Promise.all(
    banks.map((_, bank) => {
      const servers = naiveColumns.map((name) => ({
        ccid: packages[name].packageId,
        address: addressOf(portBase, name, bank),
      }));
      return startProcess(chaincodeFile, [], {
        CHAINCODE_SERVERS: JSON.stringify(servers),
        CORE_CHAINCODE_LOGGING_LEVEL: 'critical',
        CORE_CHAINCODE_LOGGING_SHIM: 'critical',
      });
    }),
  );
}

/** The control interface of an embedded network. */
export const controlOf = (portBase: number) =>
  createControlClient(`http://127.0.0.1:${resolvePorts({ gateway: portBase, network: portBase }).control}`);

/** Deploys the comparator on an embedded network that runs. */
export async function deployNaiveEmbedded(portBase: number): Promise<void> {
  const control = controlOf(portBase);
  for (const name of naiveColumns) {
    await control.deploy({
      channel: channels.finance,
      name,
      version,
      sequence: 1,
      policy: policies[name],
      packageId: packages[name].packageId,
      servers: Object.fromEntries(
        organizations.map(({ mspId }, index) => [mspId, addressOf(portBase, name, index % banks.length)]),
      ),
    });
  }
}

/** Deploys the comparator on a native network that runs. */
export async function deployNaiveNative({ network, folders }: NativeParts, portBase: number): Promise<void> {
  network.organizations.forEach(({ name: organization }, index) => {
    mkdirSync(folders.connections(organization), { recursive: true });
    for (const name of naiveColumns) {
      const address = addressOf(portBase, name, index % banks.length);
      const connection = { address, dial_timeout: '10s', tls_required: false };
      writeFileSync(
        join(folders.connections(organization), `${packages[name].label}.json`),
        JSON.stringify(connection),
      );
    }
  });
  await withMembers(network, folders.organizations, (members) =>
    deploy(
      members,
      naiveColumns.map((name) => ({
        channel: channels.finance,
        name,
        policy: policies[name],
        version,
        package: packages[name],
      })),
    ),
  );
}
