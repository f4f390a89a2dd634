import { idFieldOf, ONCE_ONLY } from './once-only-ids.ts';
import { PackedIds } from './packed-books.ts';
import { bank } from './parties.ts';
import { cash, changeStatus, issueOrWithdraw, openAccount, setLimit } from './run-accounts.ts';
import { refundPayment, reversePayment } from './run-corrections.ts';
import { accrue, buyShare, collect, disburseLoan, offerShare, writeOffLoan } from './run-lending.ts';
import { endMandate, endRequests, offerFunding, requestLoan, setMandate, withdrawOffer } from './run-loan-requests.ts';
import { expireHolds, holdFunds, postHold, sendPayment, voidHold } from './run-payments.ts';
import { receive } from './run-receive.ts';
import { announceKeyRecovery, completeKeyRecovery, setSigningKeys } from './signatures.ts';
import { admitBank, type Model, refused, type Step, type Verdict } from './state.ts';

export interface AuditOperation {
  readonly operation: string;
  readonly request: any;
}

/** Which lane a batch belongs to, and its time. */
export interface BatchPlace {
  readonly lane: string;
  readonly now: string;
}

/** What the auditor expects of one operation of a batch. */
export type Expected = { readonly outcome: 'replayed' } | ({ readonly outcome: 'accepted' | 'refused' } & Verdict);

type Run = (model: Model, step: Step) => Verdict;

/** Moves no money, and may always be asked for. */
const nothing: Run = () => ({ postings: [] });

/** Credit data moves no money. */
const CREDIT =
  'registerModel useModels giveConsent revokeConsent recordData recordAccess requestData recordShare recordScore eraseSubject certifyErasure';

const RUNS: Readonly<Record<string, Run>> = {
  'lane:takeOver': nothing,
  'accounts:openAccount': openAccount,
  'accounts:freezeAccount': changeStatus,
  'accounts:unfreezeAccount': changeStatus,
  'accounts:closeAccount': changeStatus,
  'accounts:deposit': cash,
  'accounts:withdraw': cash,
  'accounts:publishProfile': nothing,
  'accounts:setSigningKeys': setSigningKeys,
  'accounts:announceKeyRecovery': announceKeyRecovery,
  'accounts:completeKeyRecovery': completeKeyRecovery,
  ...Object.fromEntries(CREDIT.split(' ').map((name) => [`credit:${name}`, nothing])),
  'lending:setProduct': nothing,
  'lending:setCalendar': nothing,
  'lending:setReferenceRate': nothing,
  'lending:requestLoan': requestLoan,
  'lending:cancelRequest': endRequests,
  'lending:expireRequests': endRequests,
  'lending:offerFunding': offerFunding,
  'lending:withdrawOffer': withdrawOffer,
  'lending:setMandate': setMandate,
  'lending:endMandate': endMandate,
  'lending:disburseLoan': disburseLoan,
  'lending:repayLoan': collect,
  'lending:recoverLoan': collect,
  'lending:offerShare': offerShare,
  'lending:buyShare': buyShare,
  'lending:accrueLoans': accrue,
  'lending:changeLoanRate': accrue,
  'lending:restructureLoan': accrue,
  'lending:writeOffLoan': writeOffLoan,
  'lending:recordSecurity': nothing,
  'lending:releaseSecurity': nothing,
  'payments:sendPayment': sendPayment,
  'payments:holdFunds': holdFunds,
  'payments:postHold': postHold,
  'payments:voidHold': voidHold,
  'payments:expireHolds': expireHolds,
  'payments:refundPayment': refundPayment,
  'payments:reversePayment': reversePayment,
  'payments:receive': receive,
  'registry:admitBank': (model, { request }) => {
    admitBank(model, request.bank);
    return { postings: [] };
  },
  'registry:dismissBank': nothing,
  'settlement:issue': issueOrWithdraw,
  'settlement:withdraw': issueOrWithdraw,
  'settlement:setLimit': setLimit,
};

/** Judges and books one operation that stands alone. */
export function runOperation(model: Model, step: Step): Expected {
  const { lane, operation } = step;
  const id = idOf(step);
  const first = useOf(idsOf(model, lane), id);
  if (first === 'replayed') return { outcome: 'replayed' };
  if (first === 'conflict') return { outcome: 'refused', code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' };
  const verdict = RUNS[operation]?.(model, step) ?? refused('CORE_OPERATION_UNKNOWN');
  if ('code' in verdict) return { outcome: 'refused', ...verdict };
  if (id !== undefined) claim(idsOf(model, lane), id);
  return { outcome: 'accepted', ...verdict };
}

/** Judges and books a batch; chains of linked operations succeed or fail together. */
export function runBatch(model: Model, { lane, now }: BatchPlace, operations: readonly AuditOperation[]): Expected[] {
  model.openRows.clear();
  return chains(operations).flatMap((chain) =>
    chain.length === 1 && chain[0]?.request.linked !== true
      ? [runOperation(model, { lane, now, ...(chain[0] as AuditOperation) })]
      : runChain(model, { lane, now }, chain),
  );
}

function chains(operations: readonly AuditOperation[]): AuditOperation[][] {
  const all: AuditOperation[][] = [[]];
  for (const operation of operations) {
    (all.at(-1) as AuditOperation[]).push(operation);
    if (operation.request.linked !== true) all.push([]);
  }
  return all.filter((chain) => chain.length > 0);
}

function runChain(model: Model, { lane, now }: BatchPlace, chain: readonly AuditOperation[]): Expected[] {
  const refuseAt = (position: number, code: string): Expected[] =>
    chain.map((_, index) => ({ outcome: 'refused', code: index === position ? code : 'LANE_CHAIN_REFUSED' }));
  if (chain.length === 1) return [openChain];
  const uses = chain.map((operation) => firstUse(model, lane, operation));
  const conflict = uses.indexOf('conflict');
  if (conflict >= 0) return refuseAt(conflict, 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
  if (uses.includes('replayed') && uses.includes('new')) {
    return uses.map((use) =>
      use === 'replayed' ? { outcome: 'replayed' } : { outcome: 'refused', code: 'LANE_CHAIN_PARTLY_REPLAYED' },
    );
  }

  const before = structuredClone(model);
  const expected: Expected[] = [];
  for (const [position, operation] of chain.entries()) {
    const isOpen = position === chain.length - 1 && operation.request.linked === true;
    const verdict = isOpen ? openChain : runOperation(model, { lane, now, ...operation });
    if (verdict.outcome === 'refused' && 'code' in verdict) {
      restore(model, before);
      return refuseAt(position, verdict.code);
    }
    expected.push(verdict);
  }
  return expected;
}

const openChain: Expected = { outcome: 'refused', code: 'LANE_CHAIN_OPEN' };

/** Puts the contents of a copy back into the model that callers hold. */
function restore(model: Model, before: Model): void {
  for (const name of ['banks', 'balances', 'settled', 'limits', 'centralIds'] as const) {
    const map = model[name] as Map<string, unknown>;
    map.clear();
    for (const [key, value] of before[name]) map.set(key, value);
  }
  model.openRows.clear();
  for (const row of before.openRows) model.openRows.add(row);
}

/** What a lane's ids say of an operation: whether its id is new, was accepted with the same payload, or with another. */
export function firstUse(model: Model, lane: string, operation: AuditOperation): 'new' | 'replayed' | 'conflict' {
  return useOf(idsOf(model, lane), idOf(operation));
}

/** `<scope>/<id>` of an operation that is once-only. */
export function idNameOf({ operation, request }: AuditOperation): string | undefined {
  const row = ONCE_ONLY[operation];
  return row && `${row[0]}/${idFieldOf(operation, request)}`;
}

/** True when an operation with the id was accepted. */
export function isAccepted(model: Model, lane: string, name: string): boolean {
  const ids = idsOf(model, lane);
  return ids instanceof PackedIds ? ids.compare(name, '') !== 'new' : ids.has(name);
}

type Ids = Map<string, string> | PackedIds;

interface Id {
  readonly name: string;
  readonly payload: string;
}

function useOf(ids: Ids, id: Id | undefined): 'new' | 'replayed' | 'conflict' {
  if (id === undefined) return 'new';
  if (ids instanceof PackedIds) return ids.compare(id.name, id.payload);
  const payload = ids.get(id.name);
  if (payload === undefined) return 'new';
  return payload === id.payload ? 'replayed' : 'conflict';
}

function claim(ids: Ids, { name, payload }: Id): void {
  if (ids instanceof PackedIds) ids.claim(name, payload);
  else ids.set(name, payload);
}

function idOf({ operation, request }: AuditOperation): Id | undefined {
  const row = ONCE_ONLY[operation];
  if (row === undefined) return undefined;
  const [scope, _field, ...ignored] = row;
  const kept = { ...request };
  for (const name of ignored) delete kept[name];
  return { name: `${scope}/${idFieldOf(operation, request)}`, payload: `${operation} ${sortedJson(kept)}` };
}

const idsOf = (model: Model, lane: string): Ids => (model.banks.has(lane) ? bank(model, lane).ids : model.centralIds);

/** JSON with names in order, so that the same value is the same text. */
export function sortedJson(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(sortedJson).join()}]`;
  const fields = Object.entries(value).filter(([, inner]) => inner !== undefined);
  fields.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${fields.map(([name, inner]) => `"${name}":${sortedJson(inner)}`).join()}}`;
}
