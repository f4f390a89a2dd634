/** The one-shot service of docker-compose.yaml: `prepare` before the nodes start, `open` once they run, `status` later. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { identitiesOf } from '../config/resolve.ts';
import { channels } from '../config/topology.ts';
import { validateCertificates } from '../config/validate-certificates.ts';
import { untilAnswered } from '../drivers/services.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { createChaincodePackage } from '../native/chaincode-package.ts';
import { channelsOf, joinChannel } from '../native/channels.ts';
import { writeConnections } from '../native/connections.ts';
import { deploy } from '../native/deploy.ts';
import { writeFirstBlocks } from '../native/first-block.ts';
import { nativeFolders } from '../native/folders.ts';
import { withMembers } from '../native/members.ts';
import { writeNodeConfigs } from '../native/node-config.ts';
import { peerStates } from '../native/state.ts';
import { resolveForCompose } from './containers.ts';
import { dataFolder, distribute, type ReadModelKind, writeChaincodeServers, writeGatewayConfigs } from './material.ts';

const version = '1.0';
const program = join(import.meta.dirname, '..');
const network = resolveForCompose(process.env.NETWORK_FILE ?? join(program, 'networks/four-banks.yaml'));
const folders = nativeFolders(dataFolder);
const codeDigest = readFileSync(join(program, 'chaincode.sha256'), 'utf8');
const packages = new Map(
  network.chaincodes.map(({ name }) => [name, createChaincodePackage(name, version, codeDigest)]),
);
const packageOf = (name: string) => packages.get(name) ?? createChaincodePackage(name, version, codeDigest);

const commands: Record<string, () => Promise<void>> = { prepare, open, status };
const command = commands[process.argv[2] ?? ''];
if (command === undefined) throw new Error(`Name one of ${Object.keys(commands).join(', ')}.`);
await command();

/** Makes what is missing and gives every organisation its share; what an earlier run made is kept. */
async function prepare(): Promise<void> {
  await ensureOrganizations(folders.organizations, identitiesOf(network));
  const problems = validateCertificates(network, folders.organizations);
  if (problems.length > 0) throw new Error(`Certificates are not in order:\n  ${problems.join('\n  ')}`);
  writeNodeConfigs(network, folders);
  for (const { name } of network.chaincodes) writeConnections(network, folders, { name, ...packageOf(name) });
  await writeFirstBlocks(network, folders, { configtxgen: '/fabric/bin/configtxgen' });
  writeChaincodeServers(network, packages);
  writeGatewayConfigs(network, (process.env.READ_MODEL as ReadModelKind) || 'postgres');
  distribute(network, '/volumes');
  say({ prepared: network.organizations.map(({ name }) => name) });
}

/** Joins every node to its channels and brings the chaincode of this image's digest into force. */
async function open(): Promise<void> {
  await withMembers(network, folders.organizations, async (members) => {
    await untilAnswered('A peer', () => Promise.all(members.map(channelsOf)));
    for (const channel of network.channels) await joinChannel(members, channel, folders);
    const deployments = network.chaincodes.map((entry) => ({ ...entry, version, package: packageOf(entry.name) }));
    say({ deployed: await deploy(members, deployments) });
  });
}

async function status(): Promise<void> {
  say(await withMembers(network, folders.organizations, (members) => peerStates(members, channels.finance)));
}

function say(answer: unknown): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
