import type { CallerKind } from '@tangram/chaincode/core/ledger.ts';
import { CNY, digestsOf, World } from '@tangram/chaincode/testing/world.ts';
import { creditSamples } from './credit-samples.ts';
import { lendingSamples } from './lending-samples.ts';

/** One request of a submit operation that is accepted on the world that `prepare` makes. */
export interface Sample {
  readonly operation: string;
  readonly lane: string;
  readonly kind: CallerKind;
  readonly request: Readonly<Record<string, unknown>>;
  /** The same id with another payload, for operations that are once-only. */
  readonly changed?: Readonly<Record<string, unknown>>;
  readonly prepare?: (world: World) => Promise<unknown>;
}

/** Ann at cedar has money, Ben at cedar and Cid at maple have accounts. */
export async function newWorld({ prepare }: Sample): Promise<World> {
  const world = new World();
  await world.open('cedar-ann', { funds: 1_000n });
  await world.open('cedar-ben');
  await world.open('maple-cid');
  await prepare?.(world);
  return world;
}

const transfer = { debtorAccount: 'cedar-ann', creditorAccount: 'cedar-ben', amount: CNY(10) };
const expiresAt = '2026-01-05T10:00:00.000Z';
const hold = (world: World) => world.accept('cedar', 'payments:holdFunds', { holdId: 'h1', ...transfer, expiresAt });
const pay = (world: World) => world.pay(['cedar-ann', 'cedar-ben'], 10, 'p1');
const account = { lane: 'cedar', kind: 'operator', request: { accountId: 'cedar-ben' } } as const;
const newAccount = {
  accountId: 'cedar-dan',
  currency: 'CNY',
  ...digestsOf('cedar-dan'),
};
const issue = { operationId: 'o1', bank: 'cedar', amount: CNY(5) };
const encryptionKey = `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYhEdSwrDkTVgIWQNCG4RWJCPKiJf
e2uYkGmpm3SdAYtsWLwEuOtqZfmcyDEJxfLkbC3y3fE7BZ4r9l+4i6Qi0g==
-----END PUBLIC KEY-----
`;

const keys = [{ algorithm: 'Ed25519', publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' }];
const keyChange = { changeId: 'k1', accountId: 'cedar-ann', keys };
const keyRecovery = { recoveryId: 'r1', accountId: 'cedar-ann', keys };
const setKeys = (world: World) => world.accept('cedar', 'accounts:setSigningKeys', keyChange);

export const samples: readonly Sample[] = [
  { operation: 'lane:takeOver', lane: 'cedar', kind: 'system', request: {} },
  {
    operation: 'accounts:openAccount',
    lane: 'cedar',
    kind: 'operator',
    request: newAccount,
    changed: { ...newAccount, currency: 'EUR' },
    prepare: (world) => world.depositDetails('cedar-dan'),
  },
  { operation: 'accounts:freezeAccount', ...account },
  {
    operation: 'accounts:unfreezeAccount',
    ...account,
    prepare: (world) => world.accept('cedar', 'accounts:freezeAccount', account.request),
  },
  { operation: 'accounts:closeAccount', ...account },
  {
    operation: 'accounts:deposit',
    lane: 'cedar',
    kind: 'operator',
    request: { depositId: 'd1', accountId: 'cedar-ann', amount: CNY(5) },
    changed: { depositId: 'd1', accountId: 'cedar-ann', amount: CNY(6) },
    prepare: (world) => world.issue('cedar', CNY(100)),
  },
  {
    operation: 'accounts:withdraw',
    lane: 'cedar',
    kind: 'operator',
    request: { withdrawalId: 'w1', accountId: 'cedar-ann', amount: CNY(5) },
    changed: { withdrawalId: 'w1', accountId: 'cedar-ann', amount: CNY(6) },
  },
  {
    operation: 'accounts:setSigningKeys',
    lane: 'cedar',
    kind: 'customer',
    request: keyChange,
    changed: { ...keyChange, keys: [] },
  },
  {
    operation: 'accounts:announceKeyRecovery',
    lane: 'cedar',
    kind: 'operator',
    request: keyRecovery,
    changed: { ...keyRecovery, accountId: 'cedar-ben' },
    prepare: setKeys,
  },
  {
    operation: 'accounts:completeKeyRecovery',
    lane: 'cedar',
    kind: 'operator',
    request: { recoveryId: 'r1', accountId: 'cedar-ann' },
    changed: { recoveryId: 'r1', accountId: 'cedar-ben' },
    prepare: async (world) => {
      await setKeys(world);
      await world.accept('cedar', 'accounts:announceKeyRecovery', keyRecovery);
      world.ledger.clock.advance(7 * 24 * 3_600_000);
    },
  },
  { operation: 'accounts:publishProfile', lane: 'cedar', kind: 'operator', request: { encryptionKey } },
  {
    operation: 'payments:sendPayment',
    lane: 'cedar',
    kind: 'customer',
    request: { paymentId: 'p1', ...transfer },
    changed: { paymentId: 'p1', ...transfer, amount: CNY(11) },
  },
  {
    operation: 'payments:holdFunds',
    lane: 'cedar',
    kind: 'customer',
    request: { holdId: 'h1', ...transfer, expiresAt },
    changed: { holdId: 'h1', ...transfer, expiresAt: '2026-01-05T11:00:00.000Z' },
  },
  {
    operation: 'payments:postHold',
    lane: 'cedar',
    kind: 'customer',
    request: { holdId: 'h1' },
    changed: { holdId: 'h1', amount: CNY(4) },
    prepare: hold,
  },
  { operation: 'payments:voidHold', lane: 'cedar', kind: 'customer', request: { holdId: 'h1' }, prepare: hold },
  {
    operation: 'payments:expireHolds',
    lane: 'cedar',
    kind: 'system',
    request: { holdIds: ['h1'] },
    prepare: async (world) => {
      await hold(world);
      world.ledger.clock.advance(2 * 3_600_000);
    },
  },
  {
    operation: 'payments:refundPayment',
    lane: 'cedar',
    kind: 'operator',
    request: { refundId: 'r1', paymentId: 'p1' },
    changed: { refundId: 'r1', paymentId: 'p1', amount: CNY(3) },
    prepare: pay,
  },
  {
    operation: 'payments:reversePayment',
    lane: 'cedar',
    kind: 'operator',
    request: { reversalId: 'v1', paymentId: 'p1', reason: 'booked twice' },
    changed: { reversalId: 'v1', paymentId: 'p1', reason: 'other' },
    prepare: pay,
  },
  {
    operation: 'payments:receive',
    lane: 'maple',
    kind: 'system',
    request: { from: 'cedar', upTo: 1 },
    prepare: (world) => world.pay(['cedar-ann', 'maple-cid'], 10),
  },
  { operation: 'registry:admitBank', lane: 'consortium', kind: 'operator', request: { bank: 'birch' } },
  { operation: 'registry:dismissBank', lane: 'consortium', kind: 'operator', request: { bank: 'willow' } },
  {
    operation: 'settlement:issue',
    lane: 'centralbank',
    kind: 'operator',
    request: issue,
    changed: { ...issue, amount: CNY(6) },
  },
  {
    operation: 'settlement:withdraw',
    lane: 'centralbank',
    kind: 'operator',
    request: issue,
    changed: { ...issue, amount: CNY(6) },
    prepare: (world) => world.issue('cedar', CNY(100)),
  },
  {
    operation: 'settlement:setLimit',
    lane: 'consortium',
    kind: 'operator',
    request: { debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY', limit: '500', settleAtShare: 5_000 },
  },
  ...lendingSamples,
  ...creditSamples,
];
