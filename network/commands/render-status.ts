import type { CertificateReport } from '../native/certificate-status.ts';
import type { ChannelReport, StatusReport } from '../native/status.ts';
import { table } from './table.ts';

/** The report as an operator reads it: channels, gateways, days left of certificates, and what is wrong. */
export function renderStatus({ channels, gateways, certificates, problems }: StatusReport): string {
  const gatewayRows = gateways.map(({ gateway, ready, lanes, readModelBlock, error }) => [
    gateway,
    ready ? 'ready' : (error ?? 'not ready'),
    lanes?.join(', '),
    readModelBlock,
  ]);
  return [
    ...channels.flatMap(renderChannel),
    'Gateways',
    ...table([['gateway', 'state', 'writes lane', 'read model at block'], ...gatewayRows]),
    '',
    ...renderCertificates(certificates),
    '',
    ...(problems.length === 0 ? ['All is well.'] : problems.map((problem) => `✖ ${problem}`)),
  ].join('\n');
}

function renderChannel({ name, leader, comparedHeight, orderers, peers, chaincodes }: ChannelReport): string[] {
  const led = leader === undefined ? '' : `, led by the orderer of ${leader}`;
  const everybody = new Set(peers.map(({ organization }) => organization)).size;
  const peerRows = peers.map(({ peer, height, stateHash, error }) => [
    peer,
    height,
    error ?? (stateHash || '(no block after the first)'),
  ]);
  const ordererRows = orderers.map(({ organization, height, relation, leader: followed, error }) => [
    organization,
    height,
    error ?? relation,
    followed,
  ]);
  const chaincodeRows = chaincodes.map((chaincode) => [
    chaincode.name,
    chaincode.version,
    chaincode.sequence,
    chaincode.approvedBy.length === everybody ? `all ${everybody}` : chaincode.approvedBy.join(', ') || 'nobody',
  ]);
  return [
    `Channel ${name}${led}`,
    ...table([['peer', 'height', `state hash at height ${comparedHeight}`], ...peerRows]),
    ...(orderers.length > 0 ? ['', ...table([['orderer', 'height', 'part', 'takes for leader'], ...ordererRows])] : []),
    ...(chaincodes.length > 0
      ? ['', ...table([['chaincode', 'version', 'sequence', 'approved by'], ...chaincodeRows])]
      : []),
    '',
  ];
}

/** A row for each use and source, a column for each organisation. */
function renderCertificates(certificates: readonly CertificateReport[]): string[] {
  const organizations = [...new Set(certificates.map(({ organization }) => organization))];
  const byRow = Map.groupBy(certificates, ({ use, source }) => (source === 'file' ? use : `${use}, ${source}`));
  const rows = [...byRow].map(([row, entries]) => [
    row,
    ...organizations.map((name) => {
      const days = entries.filter(({ organization }) => organization === name).map((entry) => entry.daysLeft ?? '?');
      return [...new Set(days)].join(' ');
    }),
  ]);
  if (rows.length === 0) return [];
  return table([['certificates, days left', ...organizations], ...rows], '').map((line, index) =>
    index === 0 ? `C${line.slice(1)}` : `  ${line}`,
  );
}
