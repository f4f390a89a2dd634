import type { ResolvedNetwork, ResolvedOrganization } from '../config/resolve.ts';
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
  const width = Math.max(...organizations.map((organization) => organization.name.length), 12) + 2;
  const column = (text: string) => text.padEnd(width);
  const faults = Math.floor((orderers.length - 1) / 3);
  const rows = [
    ['', ...organizations.map(({ name: organization }) => organization)],
    ...instanceRows('gateway', organizations, ({ gateways }) => gateways.map(({ port }) => `:${port}`)),
    ['', ...organizations.map(() => '  |')],
    ...instanceRows('peer', organizations, ({ peers }) => peers.map(({ port }) => `:${port}`)),
    ['', ...organizations.map(({ orderer }) => (orderer ? '  |  \\' : '  |'))],
    ...instanceRows('chaincode', organizations, ({ peers }) =>
      peers.map(({ chaincode }) => portRange(Object.values(chaincode))),
    ),
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

/** A row for the first instance of a kind, and one for each beside it. */
function instanceRows(
  label: string,
  organizations: readonly ResolvedOrganization[],
  cellsOf: (organization: ResolvedOrganization) => string[],
): string[][] {
  const columns = organizations.map(cellsOf);
  const height = Math.max(...columns.map((cells) => cells.length));
  return Array.from({ length: height }, (_, row) => [
    row === 0 ? label : '',
    ...columns.map((cells) => cells[row] ?? ''),
  ]);
}

function portRange(ports: number[]): string {
  return ports.length === 0 ? '-' : `:${Math.min(...ports)}-${Math.max(...ports) % 1000}`;
}
