import type { ResolvedNetwork } from '../config/resolve.ts';
import type { Command } from './context.ts';

/** Draws who runs what, where it listens, and who must endorse what. */
export const topology: Command = {
  name: 'topology',
  summary: 'a picture: who runs what, where, and who endorses it',
  async run(context) {
    const network = context.resolved();
    context.answer(drawTopology(network), network);
    return 0;
  },
};

/** The picture as text. */
export function drawTopology({ name, organizations, channels, chaincodes, ordering }: ResolvedNetwork): string {
  const orderers = organizations.filter(({ orderer }) => orderer);
  const faults = Math.floor((orderers.length - 1) / 3);
  const width = Math.max(...organizations.map((organization) => organization.name.length), 12) + 2;
  const column = (text: string) => text.padEnd(width);
  const rows = [
    ['', ...organizations.map(({ name: organization }) => organization)],
    ['gateway', ...organizations.map(({ gateways }) => portList(gateways))],
    ['', ...organizations.map(() => '  |')],
    ['peer', ...organizations.map(({ peers }) => portList(peers))],
    ['', ...organizations.map(({ orderer }) => (orderer ? '  |  \\' : '  |'))],
    [
      'chaincode',
      ...organizations.map(({ peers }) => peers.map(({ chaincode }) => portRange(Object.values(chaincode))).join(' ')),
    ],
    ['orderer', ...organizations.map(({ orderer }) => (orderer ? `:${orderer.port}` : '-'))],
  ];
  const picture = rows.map(([label = '', ...cells]) => `  ${label.padEnd(11)}${cells.map(column).join('')}`.trimEnd());
  const policies = chaincodes.map(
    (chaincode) =>
      `  ${chaincode.name.padEnd(12)}on ${chaincode.channel}: ${chaincode.policy.replaceAll(/\.peer|'/g, '')}`,
  );
  return [
    `${name}: ${organizations.length} organisations, channels ${channels.join(' and ')}`,
    '',
    ...picture,
    '',
    `  ${ordering.consensus} among ${orderers.length} orderers: ${faults} may fail or lie`,
    '',
    'Who endorses',
    ...policies,
  ].join('\n');
}

const portList = (instances: { port: number }[]) => instances.map(({ port }) => `:${port}`).join(' ');

function portRange(ports: number[]): string {
  return ports.length === 0 ? '-' : `:${Math.min(...ports)}-${Math.max(...ports) % 1000}`;
}
