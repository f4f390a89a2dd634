import type { common } from '@hyperledger/fabric-protos';
import type { Organization } from '../identity/layout.ts';
import type { Signer } from '../identity/signer.ts';
import type { Clock } from './clock.ts';
import type { Channel } from './context.ts';
import { openChannelLedger } from './ledger/ledger.ts';
import type { CommitResult, MspManager } from './ledger/types.ts';
import type { BatchLimits } from './orderer/block-cutter.ts';
import { createGenesisEnvelope } from './orderer/genesis.ts';
import { createOrderer } from './orderer/orderer.ts';

interface ChannelOptions {
  id: string;
  /** Folder of the ledgers, or ':memory:'. */
  directory: string;
  organizationsDir: string;
  organizations: Organization[];
  endpoints: Record<string, { host: string; port: number }>;
  mspManager: MspManager;
  clock: Clock;
  consenters: readonly { id: number; signer: Signer }[];
  limits: BatchLimits;
}

/** Every gateway streams every block: the last few are read and parsed once for all of them. */
const recentBlockCount = 3;

/** Opens a channel's ledger and its ordering service; a new channel begins with its configuration as block 0. */
export function openChannel(options: ChannelOptions): Channel & { revertTo(name: string): void } {
  const { id, directory, organizations, mspManager, clock, consenters, limits } = options;
  const ledger = openChannelLedger({
    directory,
    channelId: id,
    organizations: organizations.map(({ mspId }) => mspId),
    mspManager,
  });
  const recentBlocks = new Map<number, common.Block>();
  const commitListeners = new Set<(result: CommitResult) => void>();
  const revertListeners = new Set<() => void>();
  const orderer = createOrderer({
    ledger,
    mspManager,
    clock,
    consenters,
    limits,
    onCommit(result) {
      for (const listener of commitListeners) listener(result);
    },
  });
  if (ledger.height === 0) {
    const { organizationsDir, endpoints } = options;
    orderer.commitNow([createGenesisEnvelope({ channelId: id, organizationsDir, organizations, endpoints, limits })]);
  }

  return {
    id,
    mspManager,
    ledger,
    orderer,
    readBlock(number) {
      const known = recentBlocks.get(number);
      if (known) return known;
      const block = ledger.getBlock(number);
      if (!block || number < ledger.height - recentBlockCount) return block;
      recentBlocks.set(number, block);
      for (const old of recentBlocks.keys()) if (old < ledger.height - recentBlockCount) recentBlocks.delete(old);
      return block;
    },
    onCommit(listener) {
      commitListeners.add(listener);
      return () => commitListeners.delete(listener);
    },
    onRevert(listener) {
      revertListeners.add(listener);
      return () => revertListeners.delete(listener);
    },
    revertTo(name) {
      orderer.clear();
      ledger.revert(name);
      recentBlocks.clear();
      for (const listener of revertListeners) listener();
    },
  };
}
