import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import type { DraftOperation } from './drafts.ts';
import { KEY_SETS, WAYS_TO_SIGN, type WayToSign } from './signed-drafts.ts';

const BANKS = ['cedar', 'maple', 'pine', 'willow'] as const;
const DAY = 86_400_000;

/** What a random run may do. */
export type Command =
  | { readonly kind: 'batch'; readonly lane: string; readonly operations: readonly DraftOperation[] }
  | { readonly kind: 'settle'; readonly debtorBank: string; readonly creditorBank: string; readonly currency: string }
  | { readonly kind: 'wait'; readonly milliseconds: number }
  /** Two customers of a bank pay each other back and forth, so that its book is saved now and then. */
  | { readonly kind: 'busy'; readonly lane: string; readonly number: number }
  /** The chaincode process ends and starts anew, without any memory. */
  | { readonly kind: 'restart' };

/** Arbitraries with weights: what is written first is the ordinary case. */
const mostly = <Value>(...options: [weight: number, arbitrary: fc.Arbitrary<Value>][]): fc.Arbitrary<Value> =>
  fc.oneof(...options.map(([weight, arbitrary]) => ({ weight, arbitrary })));

// Two banks do most of the business, so that their payments meet corrections and closures.
const bank = mostly<string>([6, fc.constantFrom('cedar', 'maple')], [2, fc.constantFrom(...BANKS)]);
const currency = mostly([30, fc.constant('CNY')], [2, fc.constant('USD')], [1, fc.constant('XAU')]);
const amount = mostly(
  [16, fc.integer({ min: 1, max: 60 }).map(String)],
  [3, fc.constant('all')],
  [1, fc.constant('0')],
  [2, fc.integer({ min: 61, max: 5_000 }).map(String)],
);
const money = fc.record({ amount, currency });
// cedar-gl and maple-do stand in the part of their bank's book that is saved first.
const RESTS = ['a', 'b', 'c', 'gl', 'do', 'usd'];
const ownAccount = (name: string) =>
  mostly([30, fc.constantFrom(...RESTS)], [1, fc.constant('none')]).map((rest) => `${name}-${rest}`);
const anyAccount = mostly([40, bank.chain(ownAccount)], [1, fc.constant('nowhere-a')]);
/** One id in three is a UUID of version 7, whose time lies in the first minute of the run. */
const id = (prefix: string) =>
  fc.integer({ min: 1, max: 400 }).map((number) => (number % 3 === 0 ? uuid(prefix, number) : `${prefix}-${number}`));

function uuid(prefix: string, number: number): string {
  const time = (Date.parse('2026-01-05T09:00:00.000Z') + number * 150).toString(16).padStart(12, '0');
  const random = createHash('sha256').update(`${prefix} ${number}`).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-8${random.slice(3, 6)}-${random.slice(6, 18)}`;
}
/** Refunds share their ids with payments. */
const refundId = mostly([9, id('refund')], [1, id('payment')]);
const pick = fc.nat({ max: 60 });
const part = fc.option(money, { nil: undefined, freq: 2 }).map((some) => (some === undefined ? {} : { amount: some }));

/** Every account that a run may open. */
export const ACCOUNTS: readonly string[] = BANKS.flatMap((name) => [...RESTS, 'none'].map((rest) => `${name}-${rest}`));

/** Accounts that exist from the beginning, with their currency. */
export const FIRST_ACCOUNTS: readonly (readonly [rest: string, currency: string])[] = RESTS.map((rest) => [
  rest,
  rest === 'usd' ? 'USD' : 'CNY',
]);

const named = (
  weight: number,
  operation: string,
  ...parts: fc.Arbitrary<object>[]
): [number, fc.Arbitrary<DraftOperation>] => [
  weight,
  fc.tuple(...parts).map((some) => ({ operation, request: Object.assign({}, ...some) })),
];

const field = (name: string, arbitrary: fc.Arbitrary<unknown>) => arbitrary.map((value) => ({ [name]: value }));

function bankOperation(lane: string): fc.Arbitrary<DraftOperation> {
  const own = ownAccount(lane);
  const account = field('accountId', mostly([30, own], [1, anyAccount]));
  const legs = fc.record({
    debtorAccount: mostly([40, own], [1, anyAccount]),
    creditorAccount: anyAccount,
    amount: money,
  });
  const sometimesLinked = mostly([7, fc.constant<object>({})], [1, fc.constant<object>({ linked: true })]);
  const expiresAt = fc
    .integer({ min: -1, max: 4 })
    .map((days) => new Date(Date.parse('2026-01-06T09:00:00.000Z') + days * DAY).toISOString());
  return mostly(
    named(50, 'payments:sendPayment', field('paymentId', id('payment')), legs, sometimesLinked, signed),
    named(14, 'payments:holdFunds', field('holdId', id('payment')), legs, field('expiresAt', expiresAt), signed),
    named(10, 'payments:postHold', field('pickHold', pick), part),
    named(2, 'payments:voidHold', field('pickHold', pick)),
    named(2, 'payments:expireHolds', field('pickHolds', fc.array(pick, { minLength: 1, maxLength: 4 }))),
    named(14, 'payments:refundPayment', field('refundId', refundId), field('pickPayment', pick), part, signed),
    named(8, 'payments:reversePayment', field('reversalId', id('reversal')), field('pickOwn', pick), reason),
    named(
      12,
      'payments:receive',
      field('from', mostly([30, fc.constantFrom(...BANKS.filter((name) => name !== lane))], [1, bank])),
    ),
    named(5, 'accounts:deposit', field('depositId', id('deposit')), field('accountId', own), field('amount', money)),
    named(
      3,
      'accounts:withdraw',
      field('withdrawalId', id('out')),
      field('accountId', own),
      field('amount', money),
      signed,
    ),
    named(9, 'accounts:setSigningKeys', field('changeId', id('change')), account, keys, signed),
    named(1, 'accounts:announceKeyRecovery', field('recoveryId', recoveryId), account, keys),
    named(1, 'accounts:completeKeyRecovery', field('recoveryId', recoveryId), account),
    named(2, 'accounts:freezeAccount', account),
    named(3, 'accounts:unfreezeAccount', account),
    named(6, 'accounts:closeAccount', account),
    named(1, 'accounts:openAccount', account, field('currency', currency)),
  );
}

const keys = field('keys', fc.constantFrom(...KEY_SETS));
const recoveryId = fc.integer({ min: 1, max: 3 }).map((number) => `recovery-${number}`);
const signed = field('sign', mostly<WayToSign>([7, fc.constant('properly')], [1, fc.constantFrom(...WAYS_TO_SIGN)]));
const reason = fc.constant({ reason: 'DUPL' });
const balance = [field('operationId', id('balance')), field('bank', bank), field('amount', money)];
const terms = fc
  .record({ debtorBank: bank, creditorBank: bank, currency, limit: fc.integer({ min: 0, max: 400 }).map(String) })
  .map((pair) => ({ ...pair, settleAtShare: 5000 }));

const batch = (lane: string, operation: fc.Arbitrary<DraftOperation>, maxLength: number): fc.Arbitrary<Command> =>
  fc.array(operation, { minLength: 1, maxLength }).map((operations) => ({ kind: 'batch' as const, lane, operations }));

const issueOrWithdraw = mostly(named(3, 'settlement:issue', ...balance), named(2, 'settlement:withdraw', ...balance));

const command: fc.Arbitrary<Command> = mostly<Command>(
  [20, bank.chain((lane) => batch(lane, bankOperation(lane), 5))],
  [2, batch('centralbank', issueOrWithdraw, 3)],
  [1, batch('consortium', mostly(named(1, 'settlement:setLimit', terms)), 2)],
  [
    3,
    fc.record({
      kind: fc.constant('settle' as const),
      debtorBank: bank,
      creditorBank: bank,
      currency: mostly([9, fc.constant('CNY')], [1, fc.constant('USD')]),
    }),
  ],
  // Seconds, in which slices of time are closed one by one, and days, in which holds expire.
  [3, fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.integer({ min: 1, max: 9_000 }) })],
  [1, fc.record({ kind: fc.constant('wait' as const), milliseconds: fc.integer({ min: 1, max: DAY }) })],
  [1, fc.record({ kind: fc.constant('busy' as const), lane: bank, number: fc.nat({ max: 1_000_000 }) })],
  [2, fc.constant({ kind: 'restart' as const })],
);

export const commands = fc.array(command, { minLength: 100, maxLength: 200 });
