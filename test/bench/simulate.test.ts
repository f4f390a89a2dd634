import { columnOf, type WindowReport } from './report.ts';
import { type BatchCosts, calibrate, predict, type Surroundings } from './simulate.ts';

const costs: BatchCosts = { payments: 2000, gateway: 10, chaincode: 20, network: 10, aside: 10, waitMilliseconds: 60 };
const native: Surroundings = { cores: 2, banks: 4, isEmbedded: false };

describe('predict', () => {
  test('gives a lane alone what its cycle allows', () => {
    // 10 + 20 + 10 + 60 ms a batch, its endorsers side by side, and what is aside while it waits.
    expect(predict({ ...costs, aside: 0 }, native, 1)).toBeCloseTo(20_000, -3);
  });

  test('makes lanes add up while there are cores, and no further', () => {
    const many = { ...native, cores: 64 };
    expect(predict(costs, many, 4) / predict(costs, many, 1)).toBeCloseTo(4, 0);
    // Of 70 core milliseconds a batch, two cores do at most 57,143 payments a second.
    expect(predict(costs, native, 4)).toBeLessThan(57_200);
    expect(predict(costs, native, 4)).toBeGreaterThan(predict(costs, native, 2));
  });

  test('lets one thread of the embedded network hold everything up', () => {
    const embedded = { cores: 64, banks: 4, isEmbedded: true };
    const heavy = { ...costs, network: 100 };
    expect(predict(heavy, embedded, 4)).toBeLessThan(20_100);
    expect(predict(heavy, { ...embedded, isEmbedded: false }, 4)).toBeGreaterThan(35_000);
  });
});

describe('calibrate', () => {
  test('reproduces the rate that one lane was measured with', () => {
    const window = {
      accepted: 100_000,
      paymentsPerSecond: 10_000,
      processorMilliseconds: { total: 0.06, byKind: { peers: 0.02, orderers: 0.01, chaincode: 0.02, gateways: 0.01 } },
      ledger: { blocks: 50, transactions: 50, invalid: 0, keysRead: 0, keysWritten: 0 },
      ...{ p50: 1, p95: 1, p99: 1 },
    } as WindowReport;
    const found = calibrate(columnOf('1 lane', [window]), native);

    expect(found.payments).toBe(2000);
    expect(found.chaincode).toBeCloseTo(20);
    expect(Math.abs(predict(found, native, 1) / 10_000 - 1)).toBeLessThan(0.05);
  });

  test('refuses what was never measured', () => {
    expect(() => calibrate({ windows: [] } as never, native)).toThrow('not measured');
  });
});
