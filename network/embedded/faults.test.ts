import { createFaults } from './faults.ts';

describe('faults', () => {
  test('strike where they were put, as often as they were told', () => {
    const faults = createFaults();
    faults.add({ kind: 'stop-endorser', mspId: 'CedarMSP', count: 2 });

    expect(faults.strike('stop-endorser', { mspId: 'MapleMSP' })).toBeUndefined();
    expect(faults.strike('delay-endorser', { mspId: 'CedarMSP' })).toBeUndefined();
    expect(faults.strike('stop-endorser', { mspId: 'CedarMSP' })).toBeDefined();
    expect(faults.strike('stop-endorser', { mspId: 'CedarMSP' })).toBeDefined();
    expect(faults.strike('stop-endorser', { mspId: 'CedarMSP' })).toBeUndefined();
  });

  test('without a count last until they are cleared', () => {
    const faults = createFaults();
    faults.add({ kind: 'timeout-commit-status', channel: 'finance' });
    for (let index = 0; index < 3; index++) {
      expect(faults.strike('timeout-commit-status', { channel: 'finance', mspId: 'CedarMSP' })).toBeDefined();
    }
    faults.clear();

    expect(faults.strike('timeout-commit-status', { channel: 'finance' })).toBeUndefined();
  });

  test('losing events breaks streams once unless told to go on', () => {
    const faults = createFaults();
    let broken = 0;
    faults.onAdd(() => broken++);
    faults.add({ kind: 'lose-events' });

    expect(broken).toBe(1);
    expect(faults.strike('lose-events', {})).toBeUndefined();
  });
});
