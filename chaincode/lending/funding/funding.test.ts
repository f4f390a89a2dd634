import fc from 'fast-check';
import { type MatchRequest, matchOffers } from './match-offers.ts';
import { adjustShares, moveShare, splitByShares } from './shares.ts';

const sum = (amounts: readonly bigint[]) => amounts.reduce((total, amount) => total + amount, 0n);
const offer = (offerId: string, amount: bigint, leastRate: string) => ({ offerId, amount, leastRate });
const request: MatchRequest = { amount: 1000n, minimumAmount: 500n, highestRate: '0.10', rule: 'lowestRateFirst' };

describe('matchOffers', () => {
  const offers = [
    offer('A', 600n, '0.09'),
    offer('B', 300n, '0.08'),
    offer('C', 600n, '0.09'),
    offer('D', 900n, '0.11'),
  ];

  test('lowestRateFirst fills from the cheapest, the earlier before the later, at the dearest rate taken', () => {
    expect(matchOffers(request, offers)).toEqual({ amount: 1000n, annualRate: '0.09', taken: [600n, 300n, 100n, 0n] });
  });

  test('proRata takes of all that fit, to the last unit, at the highest rate', () => {
    const match = matchOffers({ ...request, rule: 'proRata' }, offers);
    expect(match).toEqual({ amount: 1000n, annualRate: '0.10', taken: [400n, 200n, 400n, 0n] });
  });

  test('proRata gives odd units in the order of the offers', () => {
    const three = ['A', 'B', 'C'].map((id) => offer(id, 500n, '0.05'));
    expect(matchOffers({ ...request, rule: 'proRata' }, three)?.taken).toEqual([334n, 333n, 333n]);
  });

  test('funds a part from the minimum on, and nothing below it', () => {
    expect(matchOffers(request, [offer('A', 500n, '0.1')])).toEqual({ amount: 500n, annualRate: '0.1', taken: [500n] });
    expect(matchOffers(request, [offer('A', 499n, '0.1')])).toBeUndefined();
    expect(matchOffers({ ...request, minimumAmount: 0n }, [])).toBeUndefined();
  });

  test('of any offers takes no more than offered nor asked, and of nobody who wants more', () => {
    const some = fc.array(
      fc.record({
        offerId: fc.string(),
        amount: fc.bigInt({ min: 1n, max: 5000n }),
        leastRate: fc.constantFrom('0.05', '0.0500', '0.07', '0.10', '0.1000001', '0.2'),
      }),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(some, fc.constantFrom('proRata', 'lowestRateFirst'), (list, rule) => {
        const match = matchOffers({ ...request, rule: rule as 'proRata' }, list);
        if (match === undefined) return;
        expect(sum(match.taken)).toBe(match.amount);
        expect(match.amount <= request.amount && match.amount >= request.minimumAmount).toBe(true);
        for (const [index, { amount, leastRate }] of list.entries()) {
          const taken = match.taken[index] as bigint;
          expect(taken >= 0n && taken <= amount).toBe(true);
          if (taken > 0n) expect(Number(leastRate)).toBeLessThanOrEqual(Number(match.annualRate));
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('shares', () => {
  const shares = [
    { lenderAccount: 'cedar-a', principal: 500n },
    { lenderAccount: 'cedar-b', principal: 300n },
    { lenderAccount: 'cedar-c', principal: 200n },
  ];

  test('split to the last unit, odd ones in the lenders’ order', () => {
    expect(splitByShares(101n, shares)).toEqual([51n, 30n, 20n]);
    expect(splitByShares(7n, shares)).toEqual([4n, 2n, 1n]);
    expect(
      splitByShares(
        2n,
        shares.map((share) => ({ ...share, principal: 0n })),
      ),
    ).toEqual([1n, 1n, 0n]);
  });

  test('sum to the outstanding principal after every repayment, none below zero', () => {
    const parts = fc.array(fc.bigInt({ min: 0n, max: 10_000n }), { minLength: 1, maxLength: 12 });
    const paid = fc.array(fc.bigInt({ min: 0n, max: 3_000n }), { maxLength: 20 });
    fc.assert(
      fc.property(parts, paid, (principals, payments) => {
        let held = principals.map((principal, index) => ({ lenderAccount: `cedar-${index}`, principal }));
        let outstanding = sum(principals);
        for (const payment of payments) {
          outstanding = payment > outstanding ? 0n : outstanding - payment;
          held = adjustShares(held, outstanding);
          expect(sum(held.map(({ principal }) => principal))).toBe(outstanding);
          expect(held.every(({ principal }) => principal >= 0n)).toBe(true);
        }
      }),
    );
  });

  test('grow in proportion where the outstanding principal does', () => {
    expect(adjustShares(shares, 1_011n).map(({ principal }) => principal)).toEqual([506n, 303n, 202n]);
  });

  test('move to a new lender or to one who holds some, and only what is held', () => {
    const sale = { seller: 'cedar-a', buyer: 'cedar-d', principal: 200n };
    expect(moveShare(shares, sale)).toEqual([
      { lenderAccount: 'cedar-a', principal: 300n },
      ...shares.slice(1),
      { lenderAccount: 'cedar-d', principal: 200n },
    ]);
    expect(moveShare(shares, { seller: 'cedar-a', buyer: 'cedar-b', principal: 500n })).toEqual([
      { lenderAccount: 'cedar-b', principal: 800n },
      { lenderAccount: 'cedar-c', principal: 200n },
    ]);
    expect(moveShare(shares, { ...sale, principal: 501n })).toBeUndefined();
    expect(moveShare(shares, { ...sale, seller: 'cedar-z' })).toBeUndefined();
  });
});
