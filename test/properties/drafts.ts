import { digestsOf } from '@tangram/chaincode/testing/world.ts';
import type { AuditOperation } from '../auditor/run-batch.ts';
import type { BankState, Model } from '../auditor/state.ts';
import { signDraft } from './signed-drafts.ts';

/**
 * An operation whose request is completed when it is sent: which payments exist, what an account holds and how long
 * an outbox is are known only then. Fields that begin with `pick` choose among what exists.
 */
export interface DraftOperation {
  readonly operation: string;
  readonly request: any;
}

/** The request as it is sent, from the auditor's view of what exists, and signed as the draft says. */
export function complete(model: Model, lane: string, draft: DraftOperation): AuditOperation {
  const { sign, ...request } = draft.request;
  const completed = completeRequest(model, lane, { operation: draft.operation, request });
  return sign === undefined ? completed : signDraft(model, lane, { ...completed, how: sign });
}

function completeRequest(model: Model, lane: string, { operation, request }: DraftOperation): AuditOperation {
  const state = model.banks.get(lane);
  if (state === undefined) return { operation, request: withAmount(request, 77n) };
  switch (operation) {
    case 'payments:receive': {
      const written = model.banks.get(request.from)?.outbox.get(lane)?.length ?? 0;
      return { operation, request: { ...request, upTo: Math.max(written, 1) } };
    }
    case 'accounts:openAccount':
      return { operation, request: { ...request, ...digestsOf(request.accountId) } };
    case 'payments:expireHolds': {
      const { pickHolds } = request;
      return { operation, request: { holdIds: [...new Set(pickHolds.map((pick: number) => pickHold(state, pick)))] } };
    }
    case 'payments:postHold':
    case 'payments:voidHold': {
      const { pickHold: pick, ...rest } = request;
      const holdId = pickHold(state, pick);
      return { operation, request: withAmount({ ...rest, holdId }, state.payments.get(holdId)?.amount) };
    }
    case 'payments:reversePayment': {
      const { pickOwn, ...rest } = request;
      return { operation, request: { ...rest, paymentId: choose([...state.payments.keys()], pickOwn) } };
    }
    case 'payments:refundPayment':
      return { operation, request: completeRefund(state, request) };
    default: {
      const payer = state.accounts.get(request.debtorAccount ?? request.accountId);
      return { operation, request: withAmount(request, payer && payer.booked - payer.pending) };
    }
  }
}

function completeRefund(state: BankState, { pickPayment, ...rest }: any): object {
  const candidates = [
    ...[...state.payments.keys()].map((paymentId) => ({ paymentId })),
    ...[...state.received].map(([name, { index, item }]) => ({
      paymentId: item.paymentId,
      debtorBank: name.split('/')[0],
      outboxIndex: index,
    })),
  ];
  const original = candidates[pickPayment % (candidates.length + 1)] ?? { paymentId: 'none' };
  return withAmount({ ...rest, ...original }, 9n);
}

/** `all` becomes what there is. */
function withAmount(request: any, all: bigint | undefined): any {
  if (request.amount?.amount !== 'all') return request;
  return { ...request, amount: { ...request.amount, amount: String(all ?? 1n) } };
}

const pickHold = (state: BankState, pick: number): string =>
  choose(
    [...state.payments].filter(([, payment]) => payment.expiresAt !== '').map(([holdId]) => holdId),
    pick,
  );

/** Now and then nothing that exists. */
const choose = (ids: readonly string[], pick: number): string => ids[pick % (ids.length + 1)] ?? 'none';
