import type { FabricClient } from '../fabric/fabric-client.ts';
import { createBlockWaits } from './block-waits.ts';
import { createEventFeed } from './event-feed.ts';
import type { NetworkState } from './network-state.ts';
import type { LedgerProjection } from './projection.ts';
import {
  findAccount,
  findDetails,
  listAccounts,
  listAccountsByIban,
  listAccountsOf,
} from './queries/account-queries.ts';
import { findStatement, listEntries } from './queries/entry-queries.ts';
import { listLoanRequests, listLoans } from './queries/loan-queries.ts';
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
  follow(signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export interface ReadModelOptions {
  projection: LedgerProjection;
  organization: string;
  /** Chaincode names whose rows are read. */
  namespaces: string[];
  onProblem: (message: string, error?: unknown) => void;
  /** Reads blocks of the own peer again, for those who want earlier events. */
  readBlocks: FabricClient['readBlocks'];
  /** Called with how many ledger transactions of a block lack the private data that the own peer should have. */
  onPrivateDataMissing?: (transactions: number) => void;
}

/** The read model over its projection; it answers from what it has until `follow` brings it up to the ledger. */
export function createReadModel(options: ReadModelOptions): ServiceReadModel {
  const { projection } = options;
  const { database } = projection;
  const feed = createEventFeed({
    organization: options.organization,
    namespaces: new Set(options.namespaces),
    appliedBlock: projection.appliedBlock,
    readBlocks: options.readBlocks,
  });
  const listeners = new Set<() => void>();
  const waits = createBlockWaits(projection.appliedBlock);
  const notify = () => {
    waits.moved();
    for (const listener of listeners) listener();
  };
  return {
    network: projection.network,
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
    listLoans: (filter) => listLoans(database, filter),
    listLoanRequests: (filter) => listLoanRequests(database, filter),
    listSettlementAccounts: (bank) => listSettlementAccounts(database, bank),
    listPositions: async () => listPositions(projection.network()),
    listEvents: (after, limit) => feed.list(after, limit),
    findBlockOf: (transactionId) => findBlockOf(database, transactionId),
    findSettlement: (settlementId) => findSettlement(database, settlementId),
    appliedBlock: projection.appliedBlock,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    waitForBlock: waits.wait,
    follow: (signal) =>
      projection.follow(signal, {
        onApplied: (missing, block) => {
          if (block !== undefined) feed.remember(block);
          if (missing > 0) options.onPrivateDataMissing?.(missing);
          notify();
        },
        onStanding: waits.stands,
        onProblem: options.onProblem,
      }),
    close: projection.close,
  };
}
