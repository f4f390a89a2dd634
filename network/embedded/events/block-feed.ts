import type { common } from '@hyperledger/fabric-protos';
import type { Channel } from '../context.ts';

/** Thrown to a reader whose blocks were taken back by a revert: what it has read is no longer the ledger. */
export class LedgerReverted extends Error {
  constructor() {
    super('the ledger was reverted to a snapshot');
  }
}

/** The channel's blocks from a number on, for ever: committed ones at once, later ones as they commit. Ends when aborted. */
export async function* blocksFrom(channel: Channel, start: number, signal: AbortSignal): AsyncGenerator<common.Block> {
  let isReverted = false;
  let wake = () => {};
  const stopCommits = channel.onCommit(() => wake());
  const stopReverts = channel.onRevert(() => {
    isReverted = true;
    wake();
  });
  const onAbort = () => wake();
  signal.addEventListener('abort', onAbort);
  try {
    for (let number = start; !signal.aborted; ) {
      if (isReverted) throw new LedgerReverted();
      if (number >= channel.ledger.height) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      const block = channel.readBlock(number++);
      if (block) yield block;
    }
  } finally {
    stopCommits();
    stopReverts();
    signal.removeEventListener('abort', onAbort);
  }
}
