import { channels, defaultPortBases, resolvePorts } from '../config/topology.ts';
import { holderOf } from '../drivers/run-folder.ts';
import { createControlClient } from '../embedded/control-client.ts';
import { nativeFolders } from '../native/folders.ts';
import { nativeStatus, type StatusReport } from '../native/status.ts';
import type { Command, Context } from './context.ts';

/** Tells how a network is by asking its nodes; exit code 1 when something is wrong. */
export const status: Command = {
  name: 'status',
  summary: 'heights, leader, chaincodes, certificates and state hashes, by asking the nodes',
  async run(context) {
    if (holderOf(context.dataFolder) === undefined) {
      throw new Error(
        `No network runs in ${context.dataFolder}. Start one: npm run network -- up --driver ${context.driver}`,
      );
    }
    const report = await statusOf(context);
    context.answer(renderStatus(report), { driver: context.driver, healthy: report.problems.length === 0, ...report });
    return report.problems.length === 0 ? 0 : 1;
  },
};

/** The same report from any driver. */
export function statusOf(context: Context): Promise<StatusReport> {
  if (context.driver === 'embedded') return embeddedStatus(context);
  return nativeStatus(context.resolved(), nativeFolders(context.dataFolder).organizations);
}

async function embeddedStatus({ portBases = defaultPortBases }: Context): Promise<StatusReport> {
  const answer = await createControlClient(`http://127.0.0.1:${resolvePorts(portBases).control}`).status();
  const reports = Object.entries(answer.channels).map(([name, channel]) => ({
    name,
    comparedHeight: channel.height,
    peers: channel.peers.map((peer) => ({ ...peer, peer: peer.organization })),
    chaincodes: channel.chaincodes.map((chaincode) => ({ ...chaincode, approvedBy: chaincode.organizations })),
  }));
  const missing = Object.values(channels).filter((name) => !(name in answer.channels));
  return { channels: reports, certificates: [], problems: missing.map((name) => `There is no channel ${name}.`) };
}

function renderStatus({ channels: reports, certificates, problems }: StatusReport): string {
  const lines = reports.flatMap(({ name, leader, comparedHeight, peers, chaincodes }) => [
    `${name}${leader === undefined ? '' : `, led by the orderer of ${leader}`}; state compared at height ${comparedHeight}`,
    ...peers.map(({ peer, height, stateHash, error }) =>
      error
        ? `  ${peer.padEnd(14)} ${error}`
        : `  ${peer.padEnd(14)} height ${height}  ${stateHash || '(no block after the first)'}`,
    ),
    ...chaincodes.map(
      (chaincode) =>
        `  chaincode ${chaincode.name.padEnd(12)} ${chaincode.version}, sequence ${chaincode.sequence}, approved by ${chaincode.approvedBy.join(', ')}`,
    ),
  ]);
  const soonest = certificates.toSorted((a, b) => a.daysLeft - b.daysLeft)[0];
  if (soonest)
    lines.push(
      `Certificates: the first to end is ${soonest.organization}, ${soonest.use}, in ${soonest.daysLeft} days`,
    );
  return [...lines, ...(problems.length === 0 ? ['All is well.'] : problems.map((problem) => `✖ ${problem}`))].join(
    '\n',
  );
}
