import { createHash } from 'node:crypto';
import { mspIdOf } from '@tangram/chaincode/core/names.ts';
import type { Settlement } from '@tangram/chaincode/settlement/schemas.ts';
import type { FabricClient } from '../fabric/fabric-client.ts';
import { pairKey } from '../read-model/network-state.ts';
import type { ServiceReadModel } from '../read-model/read-model.ts';
import type { PositionView } from '../read-model/types.ts';
import { submitDirect } from './direct-transaction.ts';
import { gatewayErrors, problemOf } from './gateway-errors.ts';
import { ServiceError } from './service-error.ts';
import type { Booked, OperationService, Requester, SettlementRequest, SettlementService } from './types.ts';

export interface SettlementServiceOptions {
  banks: readonly string[];
  client: FabricClient;
  operations: OperationService;
  readModel: ServiceReadModel;
  onSettled?: () => void;
}

export type Pair = Pick<PositionView, 'debtorBank' | 'creditorBank' | 'currency'>;

export interface PairSettlement extends SettlementService {
  /** Settles what is delivered under an id derived from the pair's state; false when there is nothing to settle. */
  settleDelivered(pair: Pair): Promise<boolean>;
}

const CENTRALBANK = 'centralbank';
const READ_MODEL_MILLISECONDS = 3_000;

/** Central-bank money: issue, withdrawal, limits, and gross settlement of what banks owe each other. */
export function createSettlementService(options: SettlementServiceOptions): PairSettlement {
  const { operations } = options;
  const submit = (request: Record<string, unknown>, requester: Requester, at: { operation: string; lane: string }) =>
    operations.submitOne({ operation: `settlement:${at.operation}`, lane: at.lane, request, requester });
  return {
    issue: (request, requester) => submit(request, requester, { operation: 'issue', lane: CENTRALBANK }),
    withdraw: (request, requester) => submit(request, requester, { operation: 'withdraw', lane: CENTRALBANK }),
    setLimit: (request, requester) =>
      submit({ settleAtShare: 5_000, ...request }, requester, { operation: 'setLimit', lane: 'consortium' }),
    settlePair: async (request) => (await findEarlier(options, request)) ?? settlePair(options, request),
    settleDelivered: (pair) => settleDelivered(options, pair),
  };
}

/** One ledger transaction over the central bank and both banks, endorsed by all three. */
async function settlePair(options: SettlementServiceOptions, request: SettlementRequest): Promise<Booked> {
  const { lanes } = options.readModel.network();
  const { debtorBank, creditorBank } = request;
  const sequences = [lanes.get(debtorBank)?.sequence, lanes.get(creditorBank)?.sequence];
  // A lane without batches has no counters to settle by; the contract refuses what it does not find.
  const [debtorSequence, creditorSequence] = sequences.map((sequence) => sequence || 1);
  const argument = JSON.stringify({ ...request, debtorSequence, creditorSequence });
  const direct = await submitDirect(options.client, {
    call: { chaincode: CENTRALBANK, transactionName: 'settlement:settlePair', argument },
    endorsers: settlementEndorsers(options.banks, request),
    // What this gateway has read is committed, but the peers of others may still be behind.
    lags: (code) => code === 'SETTLEMENT_BATCH_NOT_FOUND' && sequences.every(Boolean),
  });
  options.onSettled?.();
  await options.readModel.waitForBlock(direct.blockNumber, READ_MODEL_MILLISECONDS);
  return {
    result: JSON.parse(direct.result) as Record<string, unknown>,
    replayed: false,
    transactionId: direct.transactionId,
    blockNumber: String(direct.blockNumber),
  };
}

/** Unknown banks are the contract's to refuse: the central bank alone is asked then. */
function settlementEndorsers(banks: readonly string[], { debtorBank, creditorBank }: SettlementRequest): string[] {
  const known = [debtorBank, creditorBank].filter((bank) => banks.includes(bank));
  return [...new Set([CENTRALBANK, ...known].map(mspIdOf))];
}

/** A repeated settlement id answers its first settlement; another payload is the contract's to refuse. */
async function findEarlier(
  { client, readModel }: SettlementServiceOptions,
  request: SettlementRequest,
): Promise<Booked | undefined> {
  const [text] = JSON.parse(
    await client.evaluate({
      chaincode: CENTRALBANK,
      transactionName: 'lane:read',
      argument: JSON.stringify([`settlement/${request.settlementId}`]),
    }),
  ) as (string | null)[];
  if (!text) return undefined;
  const earlier = JSON.parse(text) as Settlement;
  const isSame =
    earlier.debtorBank === request.debtorBank &&
    earlier.creditorBank === request.creditorBank &&
    earlier.currency === request.currency;
  if (!isSame) return undefined;
  const event = await readModel.findSettlement(request.settlementId);
  if (!event) throw new ServiceError(problemOf(gatewayErrors.OUTCOME_UNKNOWN()));
  return { result: { ...earlier }, replayed: true, ...event };
}

async function settleDelivered(options: SettlementServiceOptions, pair: Pair): Promise<boolean> {
  const { lanes, settled } = options.readModel.network();
  const { debtorBank, creditorBank, currency } = pair;
  const key = pairKey(debtorBank, creditorBank, currency);
  // With what is settled already: else the rest of a settlement that the balance cut short would be asked for under
  // the id of that settlement, and answered as its repetition for as long as both lanes are quiet.
  const state = [lanes.get(debtorBank)?.sequence, lanes.get(creditorBank)?.sequence, settled.get(key) ?? 0n];
  const name = [key, ...state].join('/');
  const settlementId = `auto-${createHash('sha256').update(name).digest('hex').slice(0, 31)}`;
  try {
    await settlePair(options, { settlementId, debtorBank, creditorBank, currency });
    return true;
  } catch (error) {
    // Another gateway was first, or the debtor's balance at the central bank is used up.
    if (error instanceof ServiceError && error.outcome === 'refused') return false;
    throw error;
  }
}
