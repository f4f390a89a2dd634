import { accountIndex, bankOf } from './accounts.ts';
import { createPaymentSource, type Draft, type Ending } from './payment-source.ts';
import { noFigures, type Traffic } from './protocol.ts';
import { uuidv7 } from './uuid.ts';
import { createZipf } from './zipf.ts';

const traffic: Traffic = {
  bank: 'cedar',
  banks: ['cedar', 'maple'],
  accountsPerBank: 100,
  choice: { kind: 'uniform' },
  crossShare: 0.75,
  repeatedShare: 0,
  uncoveredShare: 0,
};

/** As the ledger answers what a draft expects. */
function endingOf({ expected }: Draft): Ending {
  if (expected === 'conflict') return { kind: 'refused', code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' };
  return { kind: expected === 'replayed' ? 'replayed' : 'accepted' };
}

const acceptOne = (source: ReturnType<typeof createPaymentSource>): Draft => {
  const draft = source.next();
  source.settle(draft, { kind: 'accepted' }, noFigures());
  return draft;
};

describe('createPaymentSource', () => {
  test('pays from accounts of its bank, three in four to another one', () => {
    const source = createPaymentSource(traffic);
    const payments = Array.from({ length: 2_000 }, () => source.next().payment);
    const abroad = payments.filter(({ creditorAccount }) => bankOf(creditorAccount) === 'maple').length;

    expect(payments.every(({ debtorAccount }) => bankOf(debtorAccount) === 'cedar')).toBe(true);
    expect(abroad).toBeGreaterThan(1_400);
    expect(abroad).toBeLessThan(1_600);
  });

  test('books what was accepted, and nothing else', () => {
    const source = createPaymentSource(traffic);
    const { payment } = acceptOne(source);
    const figures = noFigures();
    source.settle(
      { ...source.next(), expected: 'uncovered' },
      { kind: 'refused', code: 'PAYMENTS_INSUFFICIENT_FUNDS' },
      figures,
    );
    const { changes, accepted } = source.books();

    expect(accepted).toBe(1);
    expect(changes[accountIndex(payment.debtorAccount)]).toBe(-Number(payment.amount.amount));
    expect(changes.reduce((sum, change) => sum + change, 0)).toBe(0);
    expect(figures).toMatchObject({ accepted: 0, refused: 1, problems: [] });
  });

  test('repeats accepted payments, as they were and changed, and knows what must become of them', () => {
    const source = createPaymentSource({ ...traffic, repeatedShare: 0.5 });
    const { payment } = acceptOne(source);
    const drafts = Array.from({ length: 50 }, () => source.next());
    const of = (expected: Draft['expected']) => drafts.filter((draft) => draft.expected === expected);

    expect(of('replayed')[0]?.payment).toEqual(payment);
    expect(of('conflict')[0]?.payment).toMatchObject({ paymentId: payment.paymentId });
    expect(of('conflict')[0]?.payment.amount).not.toEqual(payment.amount);
  });

  test('repeats payments of long ago too, whose ids the ledger has put away', () => {
    const source = createPaymentSource({ ...traffic, repeatedShare: 0.25 });
    const { payment } = acceptOne(source);
    const fresh = { ...source, next: () => source.next(0) };
    const firstIds = new Set([payment.paymentId]);
    for (let count = 0; count < 9_000; count += 1) {
      const draft = { ...fresh.next(), expected: 'accepted' as const };
      if (count < 4_000) firstIds.add(draft.payment.paymentId);
      source.settle(draft, { kind: 'accepted' }, noFigures());
    }
    const repeated = Array.from({ length: 20_000 }, () => source.next()).filter(
      ({ expected }) => expected === 'replayed',
    );
    const old = repeated.filter(({ payment: { paymentId } }) => firstIds.has(paymentId));

    expect(old.length).toBeGreaterThan(repeated.length * 0.02);
    expect(old.length).toBeLessThan(repeated.length * 0.1);
  });

  test('repeats payments as often among many customers as it was told, each only its own', () => {
    const source = createPaymentSource({ ...traffic, repeatedShare: 0.25 });
    const settle = (draft: Draft) => source.settle(draft, endingOf(draft), noFigures());
    for (let count = 0; count < 640; count += 1) settle(source.next(count % 64));
    const drafts = Array.from({ length: 6_400 }, (_, count) => ({
      draft: source.next(count % 64),
      customer: count % 64,
    }));
    const repeated = drafts.filter(({ draft }) => draft.expected === 'replayed');

    expect(repeated.length).toBeGreaterThan(1_300);
    expect(repeated.length).toBeLessThan(1_900);
    for (const { draft, customer } of drafts) {
      expect(accountIndex(draft.payment.debtorAccount) % 64).toBe(customer);
    }
  });

  test('tells an outcome that should not be', () => {
    const source = createPaymentSource(traffic);
    const figures = noFigures();
    source.settle({ ...source.next(), expected: 'conflict' }, { kind: 'accepted' }, figures);

    expect(figures.problems[0]).toContain('should be CORE_EXISTS_WITH_DIFFERENT_PAYLOAD and is accepted');
  });

  test('sends again what is not certain, and takes its replay for its own first success', () => {
    const source = createPaymentSource(traffic);
    const draft = source.next();
    expect(source.settle(draft, { kind: 'again', code: 'GATEWAY_OUTCOME_UNKNOWN' }, noFigures())).toBe(true);
    source.retry(draft);
    const again = source.next();
    const figures = noFigures();
    source.settle(again, { kind: 'replayed' }, figures);

    expect(again.payment).toEqual(draft.payment);
    expect(figures.accepted).toBe(1);
    expect(source.books().uncertain).toBe(0);
  });

  test('lets a customer pay from own accounts alone', () => {
    const source = createPaymentSource(traffic);
    const own = Array.from({ length: 100 }, () => accountIndex(source.next(7).payment.debtorAccount) % 64);

    expect(new Set(own)).toEqual(new Set([7]));
  });
});

describe('createZipf', () => {
  test('draws the first rank as often as its weight says', () => {
    const zipf = createZipf(1_000, 1);
    const draws = Array.from({ length: 20_000 }, (_, index) => zipf(index / 20_000));
    const share = draws.filter((rank) => rank === 0).length / draws.length;

    // One in the harmonic number of 1,000, which is 7.485.
    expect(share).toBeCloseTo(1 / 7.485, 2);
    expect(Math.max(...draws)).toBeLessThan(1_000);
  });
});

describe('uuidv7', () => {
  test('carries its time, version and variant, and never repeats', () => {
    const ids = Array.from({ length: 10_000 }, () => uuidv7(1_700_000_000_000));

    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
