import type { BlockFacts, PeerLedger } from './peer-ledger.ts';

/** What of a block can differ between two peers, in the order in which it is worth looking at. */
const aspects = {
  'header hash': ({ headerHash }: BlockFacts) => headerHash,
  'data hash': ({ dataHash }: BlockFacts) => dataHash,
  'stored transactions': ({ storedDataHash }: BlockFacts) => storedDataHash,
  'validation codes': ({ transactions }: BlockFacts) => transactions.map(({ code }) => code).join(),
  'commit hash': ({ commitHash }: BlockFacts) => commitHash,
} as const;

export type Aspect = keyof typeof aspects;

/** The first block that peers have differently. */
export interface Difference {
  block: number;
  /** How many heights were asked for to find it. */
  asked: number;
  differs: Aspect[];
  /** Peers that have the block alike, the largest group first. */
  groups: { peers: string[]; facts: BlockFacts }[];
  /** Transactions that came out differently, with each group's code. */
  transactions: { index: number; txId: string; codes: Record<string, string> }[];
}

/** A block of one peer that contradicts itself or the block before it. */
export interface BrokenBlock {
  peer: string;
  block: number;
  reason: string;
}

export interface Comparison {
  channel: string;
  equal: boolean;
  /** The smallest height of the peers that answered. */
  height: number;
  peers: { peer: string; height: number; stateHash: string; headerHash: string }[];
  silent: { peer: string; error: string }[];
  first?: Difference;
  broken: BrokenBlock[];
}

export interface CompareOptions {
  channel: string;
  /** Walk every block of every peer, and not only those that the search asks for. */
  everyBlock?: boolean;
}

/**
 * Compares peers at their smallest common height by commit hash, which is a chain over all that was ever written, and
 * by header hash. When they differ, finds the first block that does by bisection: once different, always different.
 */
export async function compareLedgers(
  ledgers: readonly PeerLedger[],
  { channel, everyBlock = false }: CompareOptions,
): Promise<Comparison> {
  const asked = await Promise.allSettled(ledgers.map(async (ledger) => ({ ledger, height: await ledger.height() })));
  const answered = asked.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const silent = asked.flatMap((each, index) =>
    each.status === 'rejected' ? [{ peer: ledgers[index]?.peer ?? '', error: (each.reason as Error).message }] : [],
  );
  if (answered.length === 0) return { channel, equal: false, height: 0, peers: [], silent, broken: [] };
  const height = Math.min(...answered.map((each) => each.height));
  const blocks = (number: number) =>
    Promise.all(answered.map(async ({ ledger }) => ({ peer: ledger.peer, facts: await ledger.block(number) })));

  const tips = await blocks(height - 1);
  const seen: PeerBlock[][] = [tips];
  const search = everyBlock ? walk : bisect;
  const first = everyBlock || !isSame(tips) ? await search(blocks, { tips, height, seen }) : undefined;
  const broken = answered.flatMap(({ ledger: { peer } }, index) => findBroken(peer, ownBlocks(seen, index)));
  return {
    channel,
    equal: first === undefined && silent.length === 0 && broken.length === 0,
    height,
    peers: answered.map(({ ledger, height: own }, index) => ({
      peer: ledger.peer,
      height: own,
      stateHash: tips[index]?.facts.commitHash ?? '',
      headerHash: tips[index]?.facts.headerHash ?? '',
    })),
    silent,
    ...(first && { first }),
    broken,
  };
}

interface PeerBlock {
  peer: string;
  facts: BlockFacts;
}

type Blocks = (number: number) => Promise<PeerBlock[]>;

interface Search {
  tips: PeerBlock[];
  height: number;
  /** Every height that was asked for, for the checks of each block against itself and its neighbour. */
  seen: PeerBlock[][];
}

/** Bisects between block 0 and the tips, which differ; every question goes to all peers. */
async function bisect(blocks: Blocks, { tips, height, seen }: Search): Promise<Difference> {
  let [same, different] = [-1, height - 1];
  let found = tips;
  while (different - same > 1) {
    const middle = Math.floor((same + different) / 2);
    const asked = await blocks(middle);
    seen.push(asked);
    if (isSame(asked)) same = middle;
    else [different, found] = [middle, asked];
  }
  return describe(found, seen.length);
}

/** Every height from block 0: finds also what was changed in a stored block after the blocks behind it were made. */
async function walk(blocks: Blocks, { height, seen }: Search): Promise<Difference | undefined> {
  let first: Difference | undefined;
  for (let number = 0; number < height; number += 1) {
    const asked = await blocks(number);
    seen.push(asked);
    if (!first && !isSame(asked)) first = describe(asked, number + 1);
  }
  return first;
}

const ownBlocks = (seen: readonly PeerBlock[][], index: number): Map<number, BlockFacts> =>
  new Map(seen.flatMap((asked) => asked[index] ?? []).map(({ facts }) => [facts.number, facts]));

const fingerprint = ({ facts }: PeerBlock) =>
  Object.values(aspects)
    .map((read) => read(facts))
    .join('|');

const isSame = (blocks: readonly PeerBlock[]) => new Set(blocks.map(fingerprint)).size === 1;

function describe(blocks: readonly PeerBlock[], asked: number): Difference {
  const groups = [...Map.groupBy(blocks, fingerprint).values()]
    .sort((a, b) => b.length - a.length)
    .map((group) => ({ peers: group.map(({ peer }) => peer), facts: (group[0] as PeerBlock).facts }));
  const named = Object.entries(aspects) as [Aspect, (facts: BlockFacts) => string][];
  const differs = named.filter(([, read]) => new Set(blocks.map(({ facts }) => read(facts))).size > 1);
  const count = Math.max(...groups.map(({ facts }) => facts.transactions.length));
  const transactions = Array.from({ length: count }, (_, index) => ({
    index,
    txId: groups[0]?.facts.transactions[index]?.txId ?? '',
    codes: Object.fromEntries(
      groups.map(({ peers, facts }) => [peers.join(', '), facts.transactions[index]?.code ?? 'absent']),
    ),
  }));
  return {
    block: groups[0]?.facts.number ?? 0,
    asked,
    differs: differs.map(([aspect]) => aspect),
    groups,
    transactions: transactions.filter(({ codes }) => new Set(Object.values(codes)).size > 1),
  };
}

/** Checks each block of a peer against itself, and against the one before it where both were seen. */
function findBroken(peer: string, blocks: ReadonlyMap<number, BlockFacts>): BrokenBlock[] {
  return [...blocks.values()]
    .toSorted((a, b) => a.number - b.number)
    .flatMap((facts) => checkBlock(peer, facts, blocks.get(facts.number - 1)));
}

function checkBlock(peer: string, facts: BlockFacts, former: BlockFacts | undefined): BrokenBlock[] {
  const { number: block, dataHash, storedDataHash, previousHash } = facts;
  const reasons = [
    ...(dataHash === storedDataHash ? [] : ['its stored transactions are not those that its header states']),
    ...(former === undefined || former.headerHash === previousHash
      ? []
      : [`it does not follow block ${former.number}: it names another previous header`]),
  ];
  return reasons.map((reason) => ({ peer, block, reason }));
}
