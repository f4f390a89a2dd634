import { setTimeout as sleep } from 'node:timers/promises';
import { decodeBlock, type LedgerBlock } from './decode-block.ts';
import type { PeerConnection } from './peer-connection.ts';

export interface BlockFollower {
  nextBlock: () => bigint;
  onBlock: (block: LedgerBlock) => Promise<void>;
  signal: AbortSignal;
  onLost?: (error: unknown) => void;
}

const RECONNECT_MILLISECONDS = 200;
const WATCH_MILLISECONDS = 100;
/** How long one peer may have a block that the followed one has not delivered. */
const STALLED_MILLISECONDS = 300;

/**
 * Reads blocks from one own peer, in order, for ever. Goes to the next one when the connection is lost, and when it
 * stands still while another has newer blocks: a stopped process keeps its connections open and says nothing.
 */
export async function followBlocks(peers: PeerConnection[], follower: BlockFollower): Promise<void> {
  const [first] = peers;
  if (!first) throw new Error('no own peer is configured');
  for (let turn = 0; !follower.signal.aborted; turn += 1) {
    const connection = peers[turn % peers.length] ?? first;
    const next = peers[(turn + 1) % peers.length] ?? first;
    const turnOver = new AbortController();
    const signal = AbortSignal.any([follower.signal, turnOver.signal]);
    const watched = watchApplying(follower);
    try {
      const reading = readBlocks(connection, { nextBlock: follower.nextBlock, signal, apply: watched.apply });
      if (next === connection) await reading;
      else await Promise.race([reading, watchForStall(next, { ...follower, signal }, watched.isApplying)]);
    } catch (error) {
      if (follower.signal.aborted) return;
      follower.onLost?.(error);
      // The other peer is asked at once; a pause only where the same one, or one as lost, would be asked again.
      const isRoundDone = (turn + 1) % peers.length === 0;
      if (isRoundDone)
        await sleep(RECONNECT_MILLISECONDS, undefined, { signal: follower.signal }).catch(() => undefined);
    } finally {
      turnOver.abort();
      await watched.idle();
    }
  }
}

/** Blocks of an own peer from one to another, each once, over the first peer that has them. */
export async function* readBlocksAgain(
  peers: PeerConnection[],
  { from, upTo }: { from: bigint; upTo: bigint },
): AsyncGenerator<LedgerBlock> {
  const [connection] = peers;
  if (!connection) throw new Error('no own peer is configured');
  const events = await connection.network.getBlockEvents({ startBlock: from });
  try {
    for await (const block of events) {
      const decoded = decodeBlock(block);
      yield decoded;
      if (decoded.number >= upTo) return;
    }
  } finally {
    events.close();
  }
}

/** Keeps account of blocks being applied: a slow database is no stalled peer, and a new turn must not overtake it. */
function watchApplying(follower: BlockFollower) {
  let applying: Promise<unknown> | undefined;
  const apply = async (read: () => Promise<LedgerBlock>) => {
    const work = read().then(follower.onBlock);
    applying = work.catch(() => undefined);
    try {
      await work;
    } finally {
      applying = undefined;
    }
  };
  return {
    apply,
    isApplying: () => applying !== undefined,
    idle: () => applying ?? Promise.resolve(),
  };
}

/** Where one peer's blocks go. */
interface Turn extends Pick<BlockFollower, 'nextBlock' | 'signal'> {
  apply(read: () => Promise<LedgerBlock>): Promise<void>;
}

/**
 * Blocks come without private data, which is asked for where a block holds any of ours: a peer that delivers private data
 * waits for each block until no commit is under way (`blockAPIsRWLock`), and a commit waits until no endorsement is.
 */
async function readBlocks(connection: PeerConnection, { nextBlock, signal, apply }: Turn): Promise<void> {
  const events = await connection.network.getBlockEvents({ startBlock: nextBlock() });
  const close = () => events.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    for await (const block of events) {
      if (signal.aborted) return;
      const decoded = decodeBlock(block, undefined, connection.mspId);
      const isWhole = decoded.transactions.every(({ privateDataMissing }) => !privateDataMissing);
      await apply(async () => (isWhole ? decoded : readPrivately(connection, decoded.number, signal)));
    }
  } finally {
    signal.removeEventListener('abort', close);
    events.close();
  }
}

/** A peer that was stopped in the middle of it says nothing. */
const PRIVATELY_MILLISECONDS = 10_000;

/** A block with the private data that the peer has of it. Throws when the connection is lost or the peer is silent. */
async function readPrivately(connection: PeerConnection, number: bigint, turn: AbortSignal): Promise<LedgerBlock> {
  const signal = AbortSignal.any([turn, AbortSignal.timeout(PRIVATELY_MILLISECONDS)]);
  const events = await connection.network.getBlockAndPrivateDataEvents({ startBlock: number });
  const close = () => events.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    for await (const event of events) {
      const block = event.getBlock();
      if (block) return decodeBlock(block, event, connection.mspId);
    }
    throw new Error(`the peer did not deliver the private data of block ${number}`);
  } finally {
    signal.removeEventListener('abort', close);
    events.close();
  }
}

/** Listens to another peer's block numbers. Throws when it has had a block for a while that was not delivered. */
async function watchForStall(
  connection: PeerConnection,
  { nextBlock, signal }: Pick<BlockFollower, 'nextBlock' | 'signal'>,
  isApplying: () => boolean,
): Promise<never> {
  let newest = -1n;
  void listenToNumbers(connection, signal, (number) => {
    newest = number;
  });
  let stalledAt = nextBlock();
  let stalledFor = 0;
  while (!signal.aborted) {
    await sleep(WATCH_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    const next = nextBlock();
    const isBehind = newest >= next && next === stalledAt && !isApplying();
    stalledFor = isBehind ? stalledFor + WATCH_MILLISECONDS : 0;
    stalledAt = next;
    if (stalledFor >= STALLED_MILLISECONDS) {
      throw new Error(`the peer does not deliver block ${next}, which ${connection.endpoint} has`);
    }
  }
  return new Promise<never>(() => undefined);
}

/** Filtered blocks are a few bytes; the stream begins at the newest block and is begun anew while the peer is away. */
async function listenToNumbers(
  connection: PeerConnection,
  signal: AbortSignal,
  onNumber: (number: bigint) => void,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const events = await connection.network.getFilteredBlockEvents();
      const close = () => events.close();
      signal.addEventListener('abort', close, { once: true });
      try {
        for await (const event of events) onNumber(BigInt(event.getNumber()));
      } finally {
        signal.removeEventListener('abort', close);
        events.close();
      }
    } catch {
      // The peer that is followed matters; this one only says when to leave it.
    }
    await sleep(5 * RECONNECT_MILLISECONDS, undefined, { signal }).catch(() => undefined);
  }
}
