import { compareCounter } from './compare.ts';
import type { BankState, Model } from './state.ts';

/** A row of JSON that a batch wrote, parsed. */
interface Written {
  readonly name: string;
  readonly lane: string;
  readonly key: string;
  readonly record: any;
}

type Check = (state: BankState, written: Written, rest: string) => string[];

const STAGES = { HELD: 'HELD', BOOKED: 'POSTED', VOIDED: 'VOIDED', EXPIRED: 'EXPIRED' } as const;

/** By the beginning of their keys: records that operations judge by, and what the auditor knows of them. */
const checks: readonly (readonly [prefix: string, check: Check])[] = [
  ['hold/', checkHold],
  ['payment/', checkPayment],
  ['received/', checkReceived],
];

/** Compares a record with the auditor's model, which has booked its batch already. */
export function checkRecord(model: Model, written: Written): string[] {
  const state = model.banks.get(written.lane);
  const found = checks.find(([prefix]) => written.key.startsWith(prefix));
  if (state === undefined || found === undefined) return [];
  const [prefix, check] = found;
  return check(state, written, written.key.slice(prefix.length));
}

function checkHold(state: BankState, { name, record }: Written, holdId: string): string[] {
  const hold = state.payments.get(holdId);
  if (hold === undefined) return [`${name} is a hold that nobody asked for`];
  return [
    ...compareCounter(`${name} status`, STAGES[hold.stage], record.status),
    ...compareCounter(`${name} debtor`, hold.debtor, record.debtorAccount),
    ...(hold.stage === 'BOOKED' ? compareCounter(`${name} posted`, hold.amount, record.posted) : []),
  ];
}

function checkPayment(state: BankState, { name, record }: Written, paymentId: string): string[] {
  const payment = state.payments.get(paymentId);
  if (payment === undefined) return [`${name} follows a payment that is not there`];
  return checkAftermath(name, payment, record);
}

function checkReceived(state: BankState, { name, record }: Written, id: string): string[] {
  const received = state.received.get(id);
  if (received === undefined) return [`${name} follows a payment that did not arrive`];
  return checkAftermath(name, received, record);
}

interface Aftermath {
  readonly refunded: bigint;
  readonly returned: boolean;
  readonly reversal: string;
}

function checkAftermath(name: string, { refunded, returned, reversal }: Aftermath, record: any): string[] {
  return [
    ...compareCounter(`${name} refunded`, refunded, record.refunded),
    ...compareCounter(`${name} returned`, returned, record.returned !== undefined),
    ...compareCounter(`${name} reversal`, reversal, record.reversal ?? 'NONE'),
  ];
}
