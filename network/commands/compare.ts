import { nativeFolders } from '../native/folders.ts';
import { perPeer, withMembers } from '../native/members.ts';
import { type Comparison, compareLedgers, type Difference } from '../operations/compare.ts';
import { peerLedger } from '../operations/peer-ledger.ts';
import { type Command, type Context, UsageError } from './context.ts';
import { demandRunning } from './demand.ts';

/** Compares what all peers hold; exit code 1 when they differ, a stored block is broken, or a peer is silent. */
export const compare: Command = {
  name: 'compare',
  summary: 'compare [--channel c] [--every-block]: state hashes of all peers, and the first block that differs',
  options: {
    channel: { type: 'string', value: '<name>', text: 'one channel (default: all)' },
    'every-block': { type: 'boolean', text: 'reads every block of every peer, also what was changed on disk later' },
  },
  async run(context) {
    demandRunning(context);
    const comparisons = await compareChannels(context);
    const equal = comparisons.every((each) => each.equal);
    context.answer(comparisons.map(render).join('\n'), { equal, channels: comparisons });
    return equal ? 0 : 1;
  },
};

async function compareChannels(context: Context): Promise<Comparison[]> {
  const network = context.resolved();
  const named = context.option('channel');
  if (named !== undefined && !network.channels.includes(named)) {
    throw new UsageError(`There is no channel ${named}; there are ${network.channels.join(', ')}.`);
  }
  const channels = named === undefined ? network.channels : [named];
  const { organizations } = nativeFolders(context.dataFolder);
  return withMembers(network, organizations, (members) =>
    Promise.all(
      channels.map((channel) =>
        compareLedgers(
          perPeer(members).map((member) => peerLedger(member, channel)),
          { channel, everyBlock: context.flag('every-block') },
        ),
      ),
    ),
  );
}

function render({ channel, equal, height, peers, silent, first, broken }: Comparison): string {
  const verdict = equal ? 'equal' : first ? 'they differ' : 'not all is well';
  return [
    `${channel}: ${peers.length} peers compared at height ${height}: ${verdict}`,
    ...peers.map(
      (each) => `  ${each.peer.padEnd(13)} height ${each.height}  ${each.stateHash || '(no block after the first)'}`,
    ),
    ...silent.map(({ peer, error }) => `  ${peer.padEnd(13)} does not answer: ${error}`),
    ...(first ? renderDifference(first) : []),
    ...broken.map(({ peer, block, reason }) => `✖ block ${block} of ${peer}: ${reason}.`),
  ].join('\n');
}

function renderDifference({ block, asked, differs, groups, transactions }: Difference): string[] {
  const alike = block === 0 ? 'they have no block in common' : `up to block ${block - 1} they are alike`;
  return [
    `✖ Block ${block} is the first that differs (${asked} heights asked); ${alike}. What differs: ${differs.join(', ')}.`,
    ...groups.flatMap(({ peers, facts }) => [
      `  ${peers.join(', ')}`,
      `    header ${facts.headerHash}  data ${facts.dataHash}`,
      `    commit ${facts.commitHash || '(none)'}  ${facts.transactions.length} transactions`,
    ]),
    ...transactions.map(({ index, txId, codes }) => {
      const outcomes = Object.entries(codes).map(([peers, code]) => `${code} at ${peers}`);
      return `  transaction ${index} ${txId}: ${outcomes.join('; ')}`;
    }),
  ];
}
