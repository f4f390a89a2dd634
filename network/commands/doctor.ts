import { existsSync, statfsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { findTakenPorts } from '../config/port-check.ts';
import { instanceName, onThisMachine, portsOf, type ResolvedNetwork } from '../config/resolve.ts';
import { defaultPortBases, resolvePorts } from '../config/topology.ts';
import { validate } from '../config/validate.ts';
import { validateCertificates } from '../config/validate-certificates.ts';
import { holderOf } from '../drivers/run-folder.ts';
import { describeMissing, fabricVersion, findBinaries, versionOf } from '../native/binaries.ts';
import { nativeFolders } from '../native/folders.ts';
import { perPeer, withMembers } from '../native/members.ts';
import { peerClocks } from '../native/peer-clocks.ts';
import type { Command, Context } from './context.ts';
import {
  answerFindings,
  type Finding,
  judgeCertificates,
  judgeClocks,
  judgeDisk,
  judgeNetworkFile,
  judgeNode,
  judgePorts,
  judgeReachability,
  judgeStatus,
  judgeVersions,
  noteOf,
  oneClock,
} from './doctor-checks.ts';
import { statusOf } from './status.ts';

const connectMilliseconds = 3_000;

/** Looks for what would keep a network from starting or running, each with its fix; exit code 1 when it finds some. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'looks for what would keep a network from working, each with its fix',
  async run(context) {
    const isRunning = holderOf(context.dataFolder) !== undefined;
    const findings = [
      judgeNode(process.version),
      checkDisk(context.dataFolder),
      ...(context.driver === 'native' ? await checkNative(context, isRunning) : checkEmbedded(context)),
      isRunning ? await checkNodes(context) : await checkPorts(context),
    ];
    return answerFindings(context, findings);
  },
};

function checkDisk(dataFolder: string): Finding {
  let folder = dataFolder;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  return judgeDisk(folder, bavail * bsize);
}

/** One process plays all nodes; its keys are as real as everywhere. */
function checkEmbedded(context: Context): Finding[] {
  const network = context.resolved();
  return [checkCertificates(network, context), noteOf('Clock', oneClock)];
}

/** Those of this machine's organisations, once they have some. */
function checkCertificates(network: ResolvedNetwork, { dataFolder }: Context): Finding {
  const { organizations } = nativeFolders(dataFolder);
  const own = onThisMachine(network);
  const hasKeys = own.organizations.every(({ name }) => existsSync(`${organizations}/${name}`));
  return judgeCertificates(hasKeys ? validateCertificates(own, organizations) : [], hasKeys);
}

async function checkNative(context: Context, isRunning: boolean): Promise<Finding[]> {
  const network = context.resolved();
  const { organizations } = nativeFolders(context.dataFolder);
  return [
    await checkBinaries(),
    judgeNetworkFile(context.file, validate(network)),
    checkCertificates(network, context),
    await checkClocks(network, organizations, isRunning),
    await checkReachability(network, isRunning),
  ];
}

/** Nodes of one machine share its clock: only those of other hosts, once they may be asked, can be off. */
async function checkClocks(network: ResolvedNetwork, folder: string, isRunning: boolean): Promise<Finding> {
  if (network.organizations.every(({ elsewhere }) => !elsewhere)) return noteOf('Clock', oneClock);
  if (!isRunning) return noteOf('Clock', 'compared with those of the other hosts once the network runs');
  return withMembers(network, folder, async (members) => {
    const others = perPeer(members).filter(({ organization }) => organization.elsewhere);
    return judgeClocks(await peerClocks(others));
  });
}

/** Peers and orderers: all of them while the network runs, before that those of others, which may run already. */
async function checkReachability(network: ResolvedNetwork, isRunning: boolean): Promise<Finding> {
  const listeners = network.organizations
    .filter(({ elsewhere }) => isRunning || elsewhere)
    .flatMap(({ name, host, peers, orderer }) => [
      ...peers.map(({ index, port }) => ({ role: `peer of ${instanceName(name, index)}`, host, port })),
      ...(orderer ? [{ role: `orderer of ${name}`, host, port: orderer.port }] : []),
    ]);
  const reasons = await Promise.all(listeners.map(({ host, port }) => whySilent(host, port)));
  const silent = listeners.flatMap(({ role, host, port }, index) => {
    const reason = reasons[index];
    return reason === undefined ? [] : [{ role, address: `${host}:${port}`, reason }];
  });
  return judgeReachability(silent, listeners.length);
}

/** Why nobody takes a connection there; undefined when somebody does. */
function whySilent(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: connectMilliseconds });
    const end = (reason?: string) => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end(`no answer within ${connectMilliseconds / 1000} s`));
    socket.once('error', ({ message }) => end(message));
  });
}

async function checkBinaries(): Promise<Finding> {
  try {
    const found = findBinaries();
    if (!found) {
      const fix = 'Choose one of the three; then ask the doctor again.';
      return { check: 'Fabric', ok: false, detail: describeMissing('the doctor fetches nothing; up does.'), fix };
    }
    const versions = await Promise.all([found.peer, found.orderer].map(versionOf));
    return judgeVersions(versions, dirname(found.peer), fabricVersion);
  } catch (error) {
    const fix = 'Set FABRIC_BIN to a folder with peer, orderer and configtxgen, or unset it.';
    return { check: 'Fabric', ok: false, detail: (error as Error).message, fix };
  }
}

async function checkPorts(context: Context): Promise<Finding> {
  const ports =
    context.driver === 'native'
      ? portsOf(onThisMachine(context.resolved()))
      : resolvePorts(context.portBases ?? defaultPortBases).all;
  return judgePorts(await findTakenPorts(ports), ports.length);
}

async function checkNodes(context: Context): Promise<Finding> {
  const { problems, channels } = await statusOf(context);
  return judgeStatus(
    problems,
    channels.map(({ name }) => name),
  );
}
