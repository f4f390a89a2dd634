import { channels, defaultPortBases, resolvePorts } from '../config/topology.ts';
import { createControlClient } from '../embedded/control-client.ts';
import { certificateReports } from '../native/certificate-status.ts';
import { nativeFolders } from '../native/folders.ts';
import { gatewayProblems, gatewayReports } from '../native/gateway-status.ts';
import { nativeStatus, type StatusReport } from '../native/status.ts';
import type { Command, Context } from './context.ts';
import { demandRunning } from './demand.ts';
import { renderStatus } from './render-status.ts';

/** Tells how a network is by asking its nodes; exit code 1 when something is wrong. */
export const status: Command = {
  name: 'status',
  summary: 'heights, leader, chaincodes, certificates and state hashes, by asking the nodes',
  async run(context) {
    demandRunning(context);
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

async function embeddedStatus(context: Context): Promise<StatusReport> {
  const { control } = resolvePorts(context.portBases ?? defaultPortBases);
  const network = context.resolved();
  // One process plays all orderers; they have no listeners of their own.
  const organizations = network.organizations.map((organization) => ({ ...organization, orderer: undefined }));
  const [answer, gateways, { certificates, problems }] = await Promise.all([
    createControlClient(`http://127.0.0.1:${control}`).status(),
    gatewayReports(network),
    certificateReports({ ...network, organizations }, nativeFolders(context.dataFolder).organizations, []),
  ]);
  const reports = Object.entries(answer.channels).map(([name, channel]) => ({
    name,
    comparedHeight: channel.height,
    orderers: [],
    peers: channel.peers.map((peer) => ({ ...peer, peer: peer.organization })),
    chaincodes: channel.chaincodes.map((chaincode) => ({ ...chaincode, approvedBy: chaincode.organizations })),
  }));
  const missing = Object.values(channels).filter((name) => !(name in answer.channels));
  return {
    channels: reports,
    gateways,
    certificates,
    problems: [...missing.map((name) => `There is no channel ${name}.`), ...gatewayProblems(gateways), ...problems],
  };
}
