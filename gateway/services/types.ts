/** The gateway's services, as routes see them. Amounts are decimal strings of minor units, exactly as on the wire. */
import type { AnnounceKeyRecovery, CompleteKeyRecovery, SetSigningKeys } from '@tangram/chaincode/accounts/schemas.ts';
import type { BatchOperation } from '@tangram/chaincode/core/batch.ts';
import type { CustomerSignature } from '@tangram/chaincode/core/fields.ts';
import type { AccountDetails, ReadModel, ReadModelConfig } from '../read-model/types.ts';
import type { CreditService } from './credit/credit-service.ts';
import type { GatewayFigures, GatewayHealth, LaneStatus, NetworkLane, Undelivered } from './health.ts';
import type { LedgerQueries } from './ledger-queries.ts';
import type { SiblingDesk } from './siblings/sibling-desk.ts';

export type { LedgerQueries } from './ledger-queries.ts';
export type { AccountDetails, GatewayFigures, GatewayHealth, LaneStatus, NetworkLane, ReadModelConfig, Undelivered };

export interface WireMoney {
  amount: string;
  currency: string;
}

/** Who asks. `subject` never leaves the gateway: the ledger receives a keyed digest of it. */
export interface Requester {
  kind: 'customer' | 'operator' | 'system';
  subject: string;
}

export interface Operation {
  /** `<module>:<operation>`, for example `payments:sendPayment`. */
  operation: string;
  request: Record<string, unknown>;
  requester: Requester;
  /** Lane that must book it; the gateway's own bank when absent. The central bank also writes `consortium`. */
  lane?: string;
  /** Booked by this gateway or not at all, even where a sibling holds the lane. */
  stays?: true;
}

/** Where an accepted operation stands on the ledger. */
export interface LedgerPosition {
  transactionId: string;
  blockNumber: string;
}

/**
 * What became of one operation. `refused`: a rule said no and nothing was written. `failed`: not committed, the same
 * request may be sent again. `unknown`: the ledger could not be asked in time; ask by id, never create anew.
 */
export type OperationOutcome =
  | ({ outcome: 'accepted'; result: Record<string, unknown> } & LedgerPosition)
  | { outcome: 'replayed'; result: Record<string, unknown>; transactionId: string; blockNumber?: string }
  | OperationProblem;

export interface OperationProblem {
  outcome: 'refused' | 'failed' | 'unknown';
  code: string;
  params: Record<string, unknown>;
  transactionId?: string;
}

/** What a single accepted or replayed operation answers. */
export interface Booked<Result = Record<string, unknown>> {
  result: Result;
  replayed: boolean;
  transactionId: string;
  blockNumber?: string;
}

export interface OperationService {
  /**
   * Books operations through their lane, in order, and answers one outcome each, in order; never rejects. Linked
   * operations stay in one batch. Answers after the read model has applied the block (bounded wait).
   */
  submit(operations: Operation[]): Promise<OperationOutcome[]>;
  /** Books one operation. Throws ServiceError when it is refused, failed or unknown. */
  submitOne<Result = Record<string, unknown>>(operation: Operation): Promise<Booked<Result>>;
  /**
   * Books many operations of one lane and one requester, in order, in as many batches as they need; one outcome each, in
   * order; never rejects. Answers when they are committed, whether or not the read model shows it yet.
   */
  submitBulk(lane: string, operations: readonly BulkOperation[], requester: Requester): Promise<OperationOutcome[]>;
}

/** An operation as the ledger takes it. With `linked` it succeeds or fails with the next one. */
export type BulkOperation = Omit<BatchOperation, 'caller'>;

export interface OpenAccount {
  accountId: string;
  name: string;
  currency: string;
  customerId?: string;
  iban?: string;
}

export interface AccountService {
  /** Deposits the private details with the own organisation, then opens the accounts; one outcome each, in order. */
  open(accounts: OpenAccount[], requester: Requester): Promise<OperationOutcome[]>;
  deposit(request: { depositId: string; accountId: string; amount: WireMoney }, requester: Requester): Promise<Booked>;
  withdraw(
    request: { withdrawalId: string; accountId: string; amount: WireMoney; signature?: CustomerSignature },
    requester: Requester,
  ): Promise<Booked>;
  /** Gives an account the keys with which its customer signs; the change is signed once it has any. */
  setSigningKeys(request: SetSigningKeys, requester: Requester): Promise<Booked>;
  /** Announces new keys in the place of lost ones. */
  announceKeyRecovery(request: AnnounceKeyRecovery, requester: Requester): Promise<Booked>;
  completeKeyRecovery(request: CompleteKeyRecovery, requester: Requester): Promise<Booked>;
  freeze(accountId: string, requester: Requester): Promise<Booked>;
  unfreeze(accountId: string, requester: Requester): Promise<Booked>;
  close(accountId: string, requester: Requester): Promise<Booked>;
  /** Reads private details from the own peer; undefined when the account has none or is another bank's. */
  findDetails(accountId: string): Promise<AccountDetails | undefined>;
  /** Account ids whose details name this customer. */
  listAccountsOf(customerId: string): Promise<string[]>;
  /** Account ids whose details carry this IBAN; two are one too many, and no more are listed. */
  listAccountsByIban(iban: string): Promise<string[]>;
}

export interface SendPayment {
  paymentId: string;
  debtorAccount: string;
  creditorAccount: string;
  amount: WireMoney;
  uetr?: string;
  endToEndId?: string;
  remittance?: string;
  /** Names as the initiating party wrote them; they travel with the other texts. */
  debtorName?: string;
  creditorName?: string;
  /** Chained with the next payment of the list: they succeed or fail together. */
  linked?: true;
  signature?: CustomerSignature;
}

export interface HoldFunds {
  holdId: string;
  debtorAccount: string;
  creditorAccount: string;
  amount: WireMoney;
  expiresAt: string;
  uetr?: string;
  endToEndId?: string;
  remittance?: string;
  signature?: CustomerSignature;
}

export interface PaymentService {
  /** Encrypts the texts for the two banks and books the payments; one outcome each, in order. */
  send(payments: SendPayment[], requester: Requester): Promise<OperationOutcome[]>;
  hold(request: HoldFunds, requester: Requester): Promise<Booked>;
  post(request: { holdId: string; amount?: WireMoney }, requester: Requester): Promise<Booked>;
  void(holdId: string, requester: Requester): Promise<Booked>;
  /** `debtorBank` tells which payment is meant where customers of several banks chose the same id. */
  refund(
    request: {
      refundId: string;
      paymentId: string;
      debtorBank: string;
      amount?: WireMoney;
      signature?: CustomerSignature;
    },
    requester: Requester,
  ): Promise<Booked>;
  reverse(request: { reversalId: string; paymentId: string; reason: string }, requester: Requester): Promise<Booked>;
}

export interface SettlementRequest {
  settlementId: string;
  debtorBank: string;
  creditorBank: string;
  currency: string;
}

export interface SettlementService {
  /** Central bank's gateway only. */
  issue(request: { operationId: string; bank: string; amount: WireMoney }, requester: Requester): Promise<Booked>;
  /** Central bank's gateway only. */
  withdraw(request: { operationId: string; bank: string; amount: WireMoney }, requester: Requester): Promise<Booked>;
  /** Central bank's gateway only. */
  setLimit(
    request: {
      debtorBank: string;
      creditorBank: string;
      currency: string;
      limit: string;
      settleAtShare?: number;
    },
    requester: Requester,
  ): Promise<Booked>;
  /** Settles what debtorBank owes creditorBank; endorsed by both and the central bank. */
  settlePair(request: SettlementRequest): Promise<Booked>;
}

export interface GatewayServices {
  operations: OperationService;
  accounts: AccountService;
  payments: PaymentService;
  settlement: SettlementService;
  credit: CreditService;
  queries: LedgerQueries;
  readModel: ReadModel;
  health(): GatewayHealth;
  figures(): GatewayFigures;
  /** Where the organisation's other gateways turn to; undefined where there are none. */
  siblings: SiblingDesk | undefined;
  /** Connects, takes over the lanes, publishes the profile, starts inbox, expiry and settlement. */
  start(): Promise<void>;
  /** Stops taking work, finishes the batch under way, closes connections and the read model. */
  stop(): Promise<void>;
}

export interface PeerConfig {
  mspId: string;
  /** host:port of the peer's gateway service. */
  endpoint: string;
  tlsCaFile: string;
  /** Name to expect in the peer's certificate when it differs from the host. */
  serverName?: string;
}

/** Another gateway of the same organisation. */
export interface SiblingConfig {
  /** Scheme, host and port where it listens. */
  url: string;
  tlsCaFile?: string;
}

/** What the services need of the gateway's configuration. */
export interface ServiceConfig {
  organization: string;
  mspId: string;
  /** The first peer of the own organisation is the usual one; the others are for fail-over. */
  peers: PeerConfig[];
  identity: { certFile: string; keyFile: string; caFile?: string };
  /** Gateways that may write the same lanes; one of all writes at a time, the others forward to it. */
  siblings?: SiblingConfig[];
  encryptionKeyFile: string;
  /** One key per subject of credit data; beside the encryption key when absent. Shared by the bank's gateways. */
  subjectKeysFolder?: string;
  digestKeyFile: string;
  channel: string;
  readModel: ReadModelConfig;
  /** Commercial banks, in the network's order. */
  banks: string[];
  /** Banks that left: what they wrote is still history. */
  formerBanks?: string[];
  clockFile?: string;
  /** Of a batch, and waiting for a lane before more are refused as GATEWAY_BUSY; 10,000 and 100,000 when absent. */
  batchOperationsMax?: number;
  queueOperationsMax?: number;
  /** Client certificate for networks that listen beyond loopback. */
  tlsClient?: { certFile: string; keyFile: string };
}
