/**
 * The one-shot services of docker-compose.yaml. `prepare` before the nodes start and `open` once they run make the
 * network; `stage` and `deploy` are the two halves of an upgrade; `status`, `peers`, `why`, `chaincode` and `versions`
 * answer in JSON.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identitiesOf } from '../config/resolve.ts';
import { channels } from '../config/topology.ts';
import { validateCertificates } from '../config/validate-certificates.ts';
import { untilAnswered } from '../drivers/until-answered.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { type ChaincodePackage, createChaincodePackage } from '../native/chaincode-package.ts';
import { channelsOf, joinChannel } from '../native/channels.ts';
import { writeConnections } from '../native/connections.ts';
import { definedVersions } from '../native/definitions.ts';
import { deploy } from '../native/deploy.ts';
import { writeFirstBlocks } from '../native/first-block.ts';
import { nativeFolders } from '../native/folders.ts';
import { type Member, withMembers } from '../native/members.ts';
import { writeNodeConfigs } from '../native/node-config.ts';
import { peerStates } from '../native/state.ts';
import { nativeStatus } from '../native/status.ts';
import { explainTransaction } from '../native/transaction.ts';
import { type ComposeChaincode, currentChaincode, noteChaincode } from './chaincode-set.ts';
import { resolveForCompose } from './containers.ts';
import {
  dataFolder,
  distribute,
  type ReadModelKind,
  writeChaincodeServers,
  writeGatewayConfigs,
  writeOperations,
} from './material.ts';

const program = join(import.meta.dirname, '..');
const network = resolveForCompose(process.env.NETWORK_FILE ?? join(program, 'networks/four-banks.yaml'));
const folders = nativeFolders(dataFolder);
const [name = '', ...args] = process.argv.slice(2);

const commands: Record<string, () => Promise<unknown>> = {
  prepare,
  open,
  stage: async () => stage(asked()),
  deploy: () => bringIntoForce(asked()),
  chaincode: async () => current(),
  versions: () => asMembers((members) => definedVersions(members, network.chaincodes)),
  status: () => nativeStatus(network, folders.organizations),
  peers: () => asMembers((members) => peerStates(members, channels.finance)),
  why: () => asMembers(([first]) => explainTransaction(first as Member, args[0] ?? '', args[1] ?? '')),
};
const command = commands[name];
if (command === undefined) throw new Error(`Name one of ${Object.keys(commands).join(', ')}.`);
process.stdout.write(`${JSON.stringify(await command())}\n`);

/** Makes what is missing and gives every organisation its share; what an earlier run made is kept. */
async function prepare(): Promise<object> {
  await ensureOrganizations(folders.organizations, identitiesOf(network));
  const problems = validateCertificates(network, folders.organizations);
  if (problems.length > 0) throw new Error(`Certificates are not in order:\n  ${problems.join('\n  ')}`);
  writeNodeConfigs(network, folders);
  writeOperations(network);
  await writeFirstBlocks(network, folders, { configtxgen: '/fabric/bin/configtxgen' });
  writeGatewayConfigs(network, (process.env.READ_MODEL as ReadModelKind) || 'postgres');
  stage(current());
  return { prepared: network.organizations.map((organization) => organization.name) };
}

/** Joins every node to its channels and brings the current chaincode into force. */
async function open(): Promise<object> {
  await asMembers(async (members) => {
    await untilAnswered('A peer', () => Promise.all(members.map(channelsOf)));
    for (const channel of network.channels) await joinChannel(members, channel, folders);
  });
  return bringIntoForce(current());
}

/** Tells peers and chaincode containers of a set, which may then start; nobody asks it before it is deployed. */
function stage(set: ComposeChaincode): ComposeChaincode {
  const packageOf = (chaincode: string) => packageFor(chaincode, set);
  for (const chaincode of network.chaincodes) {
    const { label } = packageOf(chaincode.name);
    writeConnections(network, folders, { name: chaincode.name, label, slot: set.slot });
  }
  writeChaincodeServers(network, packageOf, set);
  distribute(network, '/volumes');
  return set;
}

/** Installs, approves and commits a set, and notes it as the current one once every peer has its definitions. */
async function bringIntoForce(set: ComposeChaincode): Promise<object> {
  const { version } = set;
  const deployments = network.chaincodes.map((entry) => ({ ...entry, version, package: packageFor(entry.name, set) }));
  const deployed = await asMembers((members) => deploy(members, deployments));
  noteChaincode(dataFolder, set);
  return { deployed, ...set };
}

function asMembers<Result>(work: (members: Member[]) => Promise<Result>): Promise<Result> {
  return withMembers(network, folders.organizations, work);
}

function packageFor(chaincode: string, { version, digest }: ComposeChaincode): ChaincodePackage {
  return createChaincodePackage(chaincode, version, digest);
}

function current(): ComposeChaincode {
  return currentChaincode(dataFolder, readFileSync(join(program, 'chaincode.sha256'), 'utf8'));
}

/** The set that the command line describes. */
function asked(): ComposeChaincode {
  return JSON.parse(args[0] ?? 'null') ?? current();
}
