import type { LedgerBlock } from '../fabric/decode-block.ts';
import type { FabricClient } from '../fabric/fabric-client.ts';
import type { ReadModelDatabase } from './database.ts';
import type { NetworkState } from './network-state.ts';
import type { Projector } from './projector.ts';

/** What comes of following the ledger. */
export interface ProjectionListener {
  /** A block was applied; `block` where the projection runs in this thread. */
  onApplied(missingPrivateData: number, block?: LedgerBlock): void;
  /** A block could not be applied: the read model stands still for now. */
  onStanding(): void;
  onProblem(message: string, error?: unknown): void;
}

/** Keeps the read model's database at the ledger's end. */
export interface LedgerProjection {
  /** To read from. */
  readonly database: ReadModelDatabase;
  network(): NetworkState;
  appliedBlock(): bigint | null;
  /** Applies blocks of the own peer until stopped. */
  follow(signal: AbortSignal, listener: ProjectionListener): Promise<void>;
  close(): Promise<void>;
}

/** The projection in this thread. */
export function projectHere(projector: Projector, client: Pick<FabricClient, 'followBlocks'>): LedgerProjection {
  return {
    database: projector.database,
    network: () => projector.network,
    appliedBlock: () => projector.appliedBlock(),
    follow: (signal, listener) =>
      client.followBlocks({
        nextBlock: () => (projector.appliedBlock() ?? -1n) + 1n,
        onBlock: (block) => applyBlock(projector, block, listener),
        signal,
        onLost: (error) => listener.onProblem('block stream lost', error),
      }),
    close: () => projector.close(),
  };
}

async function applyBlock(projector: Projector, block: LedgerBlock, listener: ProjectionListener): Promise<void> {
  const outcome = await projector.apply(block).catch((error: unknown) => {
    listener.onStanding();
    throw error;
  });
  if (outcome === 'applied') {
    const missing = block.transactions.filter(({ privateDataMissing }) => privateDataMissing).length;
    listener.onApplied(missing, block);
  }
  if (outcome !== 'other-ledger') return;
  await projector.reset();
  // The stream stands at a block of the other ledger's middle: begin it again at block 0.
  throw new Error('the ledger is another one than the read model was built from: it is built anew');
}
