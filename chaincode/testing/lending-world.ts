import { type BatchRow, batchKey } from '../core/batch.ts';
import { CNY, World } from './world.ts';

const DAY = 86_400_000;

/** A product of twelve per cent at most, 30/360, monthly. */
export const product = {
  productId: 'SME',
  version: 1,
  currency: 'CNY',
  method: 'annuity',
  dayCount: '30/360',
  frequency: { every: 1, unit: 'month' },
  leastInstalments: 1,
  mostInstalments: 36,
  leastPrincipal: '1000',
  mostPrincipal: '100000000',
  lowestRate: '0.01',
  highestRate: '0.24',
  penaltyRate: '0.06',
  penaltyGraceDays: 3,
  prepayment: 'lowerInstalment',
  waterfall: [
    ...['pastDue.penalty', 'pastDue.fee', 'pastDue.interest', 'pastDue.principal'],
    ...['due.penalty', 'due.fee', 'due.interest', 'due.principal'],
    ...['inAdvance.penalty', 'inAdvance.fee', 'inAdvance.interest', 'inAdvance.principal'],
  ],
  nonAccrualDays: 90,
  chargeOffDays: 180,
} as const;

export const request = {
  requestId: 'Q1',
  borrowerAccount: 'cedar-shop',
  productId: 'SME',
  productVersion: 1,
  amount: CNY(100_000),
  highestRate: '0.12',
  instalments: 6,
  matching: 'proRata',
  expiresAt: '2026-01-10T00:00:00Z',
} as const;

export const offer = (offerId: string, lenderAccount: string, amount: number, more: object = {}) => ({
  offerId,
  requestId: 'Q1',
  lenderAccount,
  amount: CNY(amount),
  leastRate: '0.10',
  ...more,
});

/** What the consortium sets before the product. */
type Prepare = (world: World) => Promise<unknown>;

/** A shop and three lenders at cedar, each with 1,000.00; the clock stands at 5 January 2026. */
export async function lendingWorld(change: object = {}, prepare?: Prepare): Promise<World> {
  const world = new World();
  await prepare?.(world);
  await world.open('cedar-shop');
  for (const name of ['ann', 'ben', 'cat']) await world.open(`cedar-${name}`, { funds: 100_000n });
  await world.accept('consortium', 'lending:setProduct', { ...product, ...change });
  return world;
}

/** The same with a loan L1 of 1,000.00 at 12 %: half from Ann, three tenths from Ben, the rest from Cat. */
export async function loanWorld(change: object = {}, prepare?: Prepare): Promise<World> {
  const world = await lendingWorld(change, prepare);
  await world.accept('cedar', 'lending:requestLoan', request);
  await world.accept('cedar', 'lending:offerFunding', offer('O1', 'cedar-ann', 50_000));
  await world.accept('cedar', 'lending:offerFunding', offer('O2', 'cedar-ben', 30_000));
  await world.accept('cedar', 'lending:offerFunding', offer('O3', 'cedar-cat', 20_000));
  await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
  return world;
}

/** Lets days pass. */
export const passDays = (world: World, days: number): void => world.ledger.clock.advance(days * DAY);

/** Balances of the bank's own accounts about loans, debits less credits, from the postings of all batches. */
export function loanAccounts(world: World, bank = 'cedar'): Record<string, bigint> {
  const sums: Record<string, bigint> = {};
  for (let sequence = 1; sequence <= (world.head(bank)?.sequence ?? 0); sequence += 1) {
    const row = world.ledger.row(bank, batchKey(sequence)) as BatchRow;
    for (const { account, side, amount } of row.entries.flatMap(({ postings }) => postings ?? [])) {
      if (!account.startsWith(`${bank}.loan-`)) continue;
      const name = account.slice(`${bank}.loan-`.length);
      sums[name] = (sums[name] ?? 0n) + BigInt(side === 'D' ? amount : `-${amount}`);
    }
  }
  return sums;
}
