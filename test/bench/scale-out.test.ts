import { capacityOf, channelsFor, costsOfPayment, type PaymentCosts } from './scale-out.ts';

const measured = { processorMilliseconds: { peers: 0.07, orderers: 0.008, chaincode: 0.02, gateways: 0.04 } };

describe('costsOfPayment', () => {
  test('gives back what was measured, when it is put together again', () => {
    const { commit, endorse, judge, order, form, follow } = costsOfPayment(measured);

    expect(5 * commit + 2 * endorse).toBeCloseTo(0.07);
    expect(2 * judge).toBeCloseTo(0.02);
    expect(4 * order).toBeCloseTo(0.008);
    expect(form + 5 * follow).toBeCloseTo(0.04);
  });
});

describe('capacityOf', () => {
  const costs: PaymentCosts = { commit: 0.01, endorse: 0.01, judge: 0.01, order: 0.002, form: 0.02, follow: 0.004 };

  test('grows with the cores until one thread is used up', () => {
    const few = capacityOf(costs, { banks: 4, cores: 1 });
    const many = capacityOf(costs, { banks: 4, cores: 64 });

    expect(few.limit).toContain('cores');
    expect(many.limit).toContain('thread');
    expect(many.paymentsPerSecond).toBeGreaterThan(few.paymentsPerSecond);
    expect(capacityOf(costs, { banks: 4, cores: 128 })).toEqual(many);
  });

  test('needs one channel more for each that is full', () => {
    const capacity = { paymentsPerSecond: 10_000, limit: '' };

    expect(channelsFor(100_000, capacity, 0)).toBe(10);
    expect(channelsFor(100_000, capacity, 0.2)).toBe(12);
  });
});
