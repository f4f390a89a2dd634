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

/** Opens a channel's ledger and its ordering service; a new channel begins with its configuration as block 0. */
export function openChannel(options: ChannelOptions): Channel & { revertTo(name: string): void } {
  const { id, directory, organizations, mspManager, clock, consenters, limits } = options;
  const ledger = openChannelLedger({
    directory,
    channelId: id,
    organizations: organizations.map(({ mspId }) => mspId),
    mspManager,
  });
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
      for (const listener of revertListeners) listener();
    },
  };
}
