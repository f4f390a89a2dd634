import { loanAccounts, loanWorld, offer, passDays, request } from '@tangram/chaincode/testing/lending-world.ts';
import { CNY, type World } from '@tangram/chaincode/testing/world.ts';
import * as fc from 'fast-check';
import { audit } from '../auditor/audit.ts';
import { batchRows } from './audited-world.ts';

const CUSTOMERS = ['cedar-shop', 'cedar-ann', 'cedar-ben', 'cedar-cat', 'cedar-dan'];
const LENDERS = CUSTOMERS.slice(1);

type Step =
  | { readonly kind: 'days'; readonly days: number }
  | { readonly kind: 'repay' | 'recover'; readonly amount: number; readonly daysBack: number }
  | { readonly kind: 'sell'; readonly seller: number; readonly buyer: number; readonly amount: number }
  | { readonly kind: 'accrue' | 'rate' | 'restructure' | 'writeOff' | 'another' | 'expire' };

const account = fc.nat(3);
const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('days' as const), days: fc.integer({ min: 1, max: 70 }) }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constantFrom('repay' as const, 'repay' as const, 'recover' as const),
        amount: fc.integer({ min: 1, max: 60_000 }),
        daysBack: fc.constantFrom(0, 0, 1, 20, 60),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        ...{ kind: fc.constant('sell' as const), seller: account, buyer: account },
        amount: fc.integer({ min: 1, max: 60_000 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom(
          ...(['accrue', 'accrue', 'rate', 'restructure', 'writeOff', 'another', 'expire'] as const),
        ),
      }),
    },
  ),
  { minLength: 5, maxLength: 25 },
);

const variants = fc.record({
  method: fc.constantFrom('annuity', 'equalPrincipal', 'interestOnly'),
  dayCount: fc.constantFrom('30/360', 'ACT/365F', 'ACT/ACT'),
  prepayment: fc.constantFrom('lowerInstalment', 'shortenTerm', 'payLastFirst'),
  instalmentFee: fc.constantFrom({ amount: CNY(0) }, { amount: CNY(25) }),
  disbursementFee: fc.constantFrom({ rate: '0' }, { rate: '0.013' }),
});
/** Early, so that random lives reach them. */
const policy = { nonAccrualDays: 20, chargeOffDays: 30 };
const fixing = { rateId: 'LPR-1Y', annualRate: '0.03' };

const plain = {
  ...{ method: 'annuity', dayCount: '30/360', prepayment: 'lowerInstalment' },
  ...{ instalmentFee: { amount: CNY(25) }, disbursementFee: { rate: '0' } },
};
/** Late, accrued, given up, and paid in part by somebody else. */
const givenUp: Step[] = [
  { kind: 'days', days: 70 },
  { kind: 'accrue' },
  { kind: 'writeOff' },
  { kind: 'recover', amount: 30_001, daysBack: 0 },
  { kind: 'sell', seller: 0, buyer: 1, amount: 5 },
  { kind: 'accrue' },
];

/** A loan of three lenders, floating, and how often each outcome occurred: a run that refuses all proves little. */
class Life {
  readonly seen: Map<string, number>;
  readonly world: World;
  #count = 0;
  readonly #total: bigint;

  constructor(world: World, seen: Map<string, number>, total: bigint) {
    this.world = world;
    this.seen = seen;
    this.#total = total;
  }

  static async begin(variant: object, seen: Map<string, number>): Promise<Life> {
    const world = await loanWorld({ ...variant, referenceRateId: fixing.rateId, ...policy }, (fresh) =>
      fresh.accept('consortium', 'lending:setReferenceRate', { ...fixing, fixingDate: '2026-01-02' }),
    );
    await world.open('cedar-dan', { funds: 100_000n });
    return new Life(world, seen, await customersAndFees(world));
  }

  #today(): string {
    return new Date(this.world.ledger.clock.milliseconds).toISOString().slice(0, 10);
  }

  async take(step: Step): Promise<void> {
    this.#count += 1;
    const id = String(this.#count);
    const book = async (operation: string, more: object, kind: 'operator' | 'system' = 'operator') => {
      const { outcome } = await this.world.as(kind).send('cedar', `lending:${operation}`, more);
      const name = `${operation} ${outcome.outcome === 'refused' ? outcome.code : outcome.outcome}`;
      this.seen.set(name, (this.seen.get(name) ?? 0) + 1);
    };
    const loanId = 'L1';
    const soon = new Date(this.world.ledger.clock.milliseconds + 3_600_000).toISOString();
    switch (step.kind) {
      case 'days':
        return passDays(this.world, step.days);
      case 'repay': {
        const date = new Date(this.world.ledger.clock.milliseconds - step.daysBack * 86_400_000);
        const valueDate = step.daysBack === 0 ? {} : { valueDate: date.toISOString().slice(0, 10) };
        return book('repayLoan', { repaymentId: `R${id}`, loanId, amount: CNY(step.amount), ...valueDate });
      }
      case 'recover':
        return book('recoverLoan', {
          ...{ recoveryId: `V${id}`, loanId, debtorAccount: 'cedar-dan', amount: CNY(step.amount) },
        });
      case 'sell': {
        const [sellerAccount, buyerAccount] = [LENDERS[step.seller], LENDERS[step.buyer]];
        const terms = { saleId: `S${id}`, loanId, sellerAccount, principal: CNY(step.amount), price: CNY(step.amount) };
        await book('offerShare', { ...terms, expiresAt: soon });
        return book('buyShare', { purchaseId: `P${id}`, saleId: `S${id}`, buyerAccount });
      }
      case 'accrue':
        return book('accrueLoans', { accrualDate: this.#today(), page: 1 }, 'system');
      case 'rate': {
        const fixed = { ...fixing, annualRate: '0.02', fixingDate: this.#today() };
        await this.world.send('consortium', 'lending:setReferenceRate', fixed);
        return book('changeLoanRate', { changeId: `C${id}`, loanId });
      }
      case 'restructure': {
        const due = new Date(this.world.ledger.clock.milliseconds + 20 * 86_400_000).toISOString().slice(0, 10);
        const terms = { restructuringId: `N${id}`, loanId, annualRate: '0.09', instalments: 4, firstDueDate: due };
        return book('restructureLoan', { ...terms, frequency: { every: 1, unit: 'month' } });
      }
      case 'writeOff':
        return book('writeOffLoan', { writeOffId: `W${id}`, loanId });
      case 'another': {
        const requestId = `Q-${id}`;
        await book('requestLoan', { ...request, requestId, amount: CNY(1_000), expiresAt: soon });
        return book('offerFunding', offer(`O-${id}`, 'cedar-dan', 600, { requestId }));
      }
      case 'expire': {
        const { expired } = await this.world.ledger.query('cedar', 'lending:listExpiredRequests', {});
        if (expired.length > 0) await book('expireRequests', { requestIds: expired }, 'system');
      }
    }
  }

  /** What every event must leave behind it. */
  async expectSound(): Promise<void> {
    const { balance, shares, payoff, overdue, isNonAccrual, status } = await this.world.ledger.query(
      'cedar',
      'lending:getLoan',
      { loanId: 'L1' },
    );
    const held = shares.map(({ principal }: { principal: string }) => BigInt(principal));
    const outstanding = BigInt(balance.amount);
    expect(held.reduce((sum: bigint, share: bigint) => sum + share, 0n)).toBe(outstanding);
    for (const amount of [...held, ...Object.values({ ...payoff }), ...Object.values({ ...overdue })]) {
      expect(BigInt(amount as string) >= 0n).toBe(true);
    }
    const accounts = loanAccounts(this.world);
    const [running, writtenOff] = status === 'WRITTEN_OFF' ? [0n, outstanding] : [outstanding, 0n];
    expect([accounts.principal, accounts['written-off'] ?? 0n]).toEqual([running, writtenOff]);
    expect(accounts.funding).toBe(-outstanding);
    const receivable = accounts['interest-receivable'] ?? 0n;
    expect(accounts['interest-due'] ?? 0n).toBe(-receivable);
    // Between accruals the accounts are behind what is owed, never ahead of it.
    const earned = isNonAccrual ? undefined : BigInt(payoff.interest) + BigInt(payoff.penalty);
    if (earned !== undefined) expect(receivable <= earned).toBe(true);
    expect(await customersAndFees(this.world)).toBe(this.#total);
  }
}

/** Lending moves money between customers and to the bank's fees: together they stay what they were. */
async function customersAndFees(world: World): Promise<bigint> {
  let sum = 0n;
  for (const accountId of CUSTOMERS) {
    const [booked, available] = await world.balances(accountId);
    expect(booked >= 0n && available >= 0n && available <= booked).toBe(true);
    sum += booked;
  }
  const { fees = 0n, corrections = 0n } = loanAccounts(world);
  return sum - fees - corrections;
}

describe('random lives of a loan', () => {
  test('keep every unit, and shares that are the loan, after every event; and the auditor agrees', async () => {
    const seen = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(variants, steps, async (variant, list) => {
        const life = await Life.begin(variant, seen);
        for (const step of list) {
          await life.take(step);
          await life.expectSound();
        }
        expect(audit(batchRows(life.world))).toEqual([]);
      }),
      { numRuns: 15, interruptAfterTimeLimit: 60_000, examples: [[plain, givenUp]] },
    );
    for (const operation of [
      'repayLoan',
      'buyShare',
      'accrueLoans',
      'restructureLoan',
      'writeOffLoan',
      'recoverLoan',
    ]) {
      expect([operation, seen.get(`${operation} accepted`) ?? 0]).not.toEqual([operation, 0]);
    }
  }, 120_000);
});
