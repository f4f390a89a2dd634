import type { FabricClient } from '../fabric/fabric-client.ts';
import { type BlockWaits, createBlockWaits } from './block-waits.ts';
import { createEventFeed, type EventFeed } from './event-feed.ts';
import type { NetworkState } from './network-state.ts';
import { openProjector, type Projector, type ProjectorOptions } from './projector.ts';
import {
  findAccount,
  findDetails,
  listAccounts,
  listAccountsByIban,
  listAccountsOf,
} from './queries/account-queries.ts';
import { findStatement, listEntries } from './queries/entry-queries.ts';
import { findBlockOf, findSettlement, listPositions, listSettlementAccounts } from './queries/network-queries.ts';
import {
  findPaymentRows,
  listExpiredHolds,
  listPayments,
  type PaymentRecord,
  toPaymentView,
} from './queries/payment-queries.ts';
import type { AccountDetails, ReadModel } from './types.ts';

/** What services need beyond what routes need. */
export interface ServiceReadModel extends ReadModel {
  network(): NetworkState;
  findPaymentRows(paymentId: string): Promise<PaymentRecord[]>;
  findDetails(accountId: string): Promise<AccountDetails | undefined>;
  listAccountsOf(customerId: string): Promise<string[]>;
  listAccountsByIban(iban: string): Promise<string[]>;
  listExpiredHolds(now: string, limit: number): Promise<string[]>;
  findBlockOf(transactionId: string): Promise<bigint | undefined>;
  findSettlement(settlementId: string): Promise<{ transactionId: string; blockNumber: string } | undefined>;
  /** Applies blocks of the own peer until stopped. */
  follow(client: FabricClient, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface ReadModelOptions extends ProjectorOptions {
  onProblem: (message: string, error?: unknown) => void;
  /** Reads blocks of the own peer again, for those who want earlier events. */
  readBlocks: FabricClient['readBlocks'];
  /** Called with how many ledger transactions of a block lack the private data that the own peer should have. */
  onPrivateDataMissing?: (transactions: number) => void;
}

/** Opens the read model; it answers from what it has until `follow` brings it up to the ledger. */
export async function openReadModel(options: ReadModelOptions): Promise<ServiceReadModel> {
  const projector = await openProjector(options);
  const { database } = projector;
  const feed = createEventFeed({
    organization: options.organization,
    namespaces: new Set(options.namespaces),
    appliedBlock: () => projector.appliedBlock(),
    readBlocks: options.readBlocks,
  });
  const listeners = new Set<() => void>();
  const waits = createBlockWaits(() => projector.appliedBlock());
  const notify = () => {
    waits.moved();
    for (const listener of listeners) listener();
  };
  return {
    network: () => projector.network,
    findAccount: (accountId) => findAccount(database, accountId),
    listAccounts: (page) => listAccounts(database, page),
    findDetails: (accountId) => findDetails(database, accountId),
    listAccountsOf: (customerId) => listAccountsOf(database, customerId),
    listAccountsByIban: (iban) => listAccountsByIban(database, iban),
    findPaymentRows: (paymentId) => findPaymentRows(database, paymentId, options.organization),
    findPayment: async (paymentId) => {
      const [row] = await findPaymentRows(database, paymentId, options.organization);
      return row && toPaymentView(row);
    },
    findPayments: async (paymentId) => {
      const rows = await findPaymentRows(database, paymentId, options.organization);
      return rows.map(toPaymentView);
    },
    listPayments: (filter) => listPayments(database, filter),
    listExpiredHolds: (now, limit) => listExpiredHolds(database, { organization: options.organization, now, limit }),
    listEntries: (accountId, page) => listEntries(database, accountId, page),
    statement: (accountId, period) => findStatement(database, accountId, period),
    listSettlementAccounts: (bank) => listSettlementAccounts(database, bank),
    listPositions: async () => listPositions(projector.network),
    listEvents: (after, limit) => feed.list(after, limit),
    findBlockOf: (transactionId) => findBlockOf(database, transactionId),
    findSettlement: (settlementId) => findSettlement(database, settlementId),
    appliedBlock: () => projector.appliedBlock(),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    waitForBlock: waits.wait,
    follow: (client, signal) => follow({ projector, waits, feed, client, signal, notify, options }),
    close: () => projector.close(),
  };
}

interface Follow {
  projector: Projector;
  waits: BlockWaits;
  feed: EventFeed;
  client: FabricClient;
  signal: AbortSignal;
  notify: () => void;
  options: ReadModelOptions;
}

async function follow({ projector, waits, feed, client, signal, notify, options }: Follow): Promise<void> {
  await client.followBlocks({
    nextBlock: () => (projector.appliedBlock() ?? -1n) + 1n,
    onBlock: async (block) => {
      const outcome = await projector.apply(block).catch((error: unknown) => {
        waits.stands();
        throw error;
      });
      if (outcome === 'applied') {
        feed.remember(block);
        const missing = block.transactions.filter(({ privateDataMissing }) => privateDataMissing).length;
        if (missing > 0) options.onPrivateDataMissing?.(missing);
        notify();
      }
      if (outcome !== 'other-ledger') return;
      await projector.reset();
      // The stream stands at a block of the other ledger's middle: begin it again at block 0.
      throw new Error('the ledger is another one than the read model was built from: it is built anew');
    },
    signal,
    onLost: (error) => options.onProblem('block stream lost', error),
  });
}
