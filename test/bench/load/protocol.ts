import type { LatencyCounts } from '../latencies.ts';

/** How a load process picks the accounts that pay and are paid. */
export type AccountChoice =
  | { kind: 'uniform' }
  | { kind: 'zipf'; exponent: number }
  | { kind: 'hot'; merchant: string };

/** What customers do. */
export interface Traffic {
  bank: string;
  banks: string[];
  /** Accounts of each bank, numbered from 0. */
  accountsPerBank: number;
  choice: AccountChoice;
  /** Numbers of the accounts that take part, at each bank; all unless said. */
  range?: { from: number; to: number };
  /** Share of payments to another bank. */
  crossShare: number;
  /** Share of repetitions of an accepted payment, and as much again of repetitions that were changed. */
  repeatedShare: number;
  /** Share of payments that nobody could cover. */
  uncoveredShare: number;
  /** Share of operations other than payments, for the mixed load. */
  mixed?: { accounts: number; holds: number; reversals: number };
  /** Ids without any order, as an adversary or an old client makes them: the ledger cannot file them by time. */
  hasRandomIds?: boolean;
  /** Every payment carries its customer's signature, which every endorser verifies. */
  isSigned?: boolean;
  /** Books one payment that it does not own up to: the checks must find it. */
  isPlanted?: boolean;
}

/** The client library, which holds its bank's lane as long as the process lives. */
export interface LaneSpec {
  kind: 'lanes';
  configFile: string;
  traffic: Traffic;
  inFlight: number;
  chunk: number;
}

/** A load process: what it is, and what it needs. */
export type LoadSpec =
  | {
      kind: 'naive';
      connections: { endpoint: string; tlsCa: string; mspId: string }[];
      organizationsDir: string;
      chaincode: string;
      /** Organisations that endorse: the payer's home and one other, or all. */
      endorsement: 'home-and-other' | 'all';
      clients: number;
      accounts: number;
      operation: 'pay' | 'touch' | 'accrue';
    }
  | LaneSpec
  | { kind: 'rest'; url: string; tokens: string[]; traffic: Traffic; connections: number }
  | { kind: 'bulk'; url: string; tokens: string[]; traffic: Traffic; connections: number; chunk: number };

/** When to load, by the clock of the machine; only what completes from `measureFrom` to `until` counts. */
export interface Window {
  measureFrom: number;
  until: number;
  /** Payments a second that arrive whether or not earlier ones are answered; as many as go at a time unless said. */
  ratePerSecond?: number;
  /** One payment at a time. */
  isAlone?: boolean;
}

/** Payments that are signed before a window begins, and the rate at which they are likely to go. */
export interface Preparation {
  payments: number;
  perSecond: number;
  algorithm: 'ES256' | 'Ed25519';
}

/** What one load process saw in a window. */
export interface LoadFigures {
  /** New payments that were accepted and committed. */
  accepted: number;
  /** Repetitions that were answered with their first outcome. */
  replayed: number;
  /** Refused, as they had to be: changed repetitions and uncovered payments. */
  refused: number;
  /** Not committed, because of another transaction at the same time. */
  aborted: number;
  /** Answers that said: later. */
  busy: number;
  /** Sent again because the outcome was not certain. */
  resent: number;
  latencies: LatencyCounts;
  /** Outcomes that should not be. */
  problems: string[];
}

/** What the accepted payments of a load process make of the accounts. */
export interface LoadBooks {
  /** Change of each account, by its number over all banks. */
  changes: Float64Array;
  accepted: number;
  /** Payments whose outcome nobody knows. */
  uncertain: number;
  /** Some accepted payments, to ask for by id. */
  sample: { paymentId: string; debtorAccount: string; creditorAccount: string; amount: string }[];
}

export type LoadRequest =
  | { kind: 'open'; spec: LoadSpec }
  | { kind: 'change'; spec: LaneSpec }
  | { kind: 'run'; window: Window }
  | ({ kind: 'prepare' } & Preparation)
  | { kind: 'openAccounts'; first: number; count: number; deposit: string; customers: number }
  | { kind: 'openLoans'; count: number }
  | { kind: 'accrueLoans' }
  | { kind: 'books' }
  | { kind: 'appliedBlock' }
  | { kind: 'undelivered' }
  | { kind: 'stop' };

/** What a load process can be asked to do. */
export interface Load {
  /** Makes another load with what it is connected to, and begins new books. */
  change?(spec: LaneSpec): Promise<void>;
  run(window: Window): Promise<LoadFigures>;
  prepare?(preparation: Preparation): void;
  books?(): LoadBooks;
  openAccounts?(request: Extract<LoadRequest, { kind: 'openAccounts' }>): Promise<number>;
  /** Opens loans between the bank's accounts; they count in its books. */
  openLoans?(count: number): Promise<void>;
  /** Accrues all loans of the bank to the ledger's day; gives that day. */
  accrueLoans?(): Promise<string>;
  /** Block that the process's own read model has applied. */
  appliedBlock?(): string | null;
  /** Rows of other banks' outboxes that its bank has not received yet, as its own read model knows. */
  undelivered?(): number;
  stop(): Promise<void>;
}

export const noFigures = (): LoadFigures => ({
  accepted: 0,
  replayed: 0,
  refused: 0,
  aborted: 0,
  busy: 0,
  resent: 0,
  latencies: [],
  problems: [],
});
