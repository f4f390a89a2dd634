import { memoryOf, readProcesses, spentBetween } from './process-costs.ts';

describe('readProcesses', () => {
  test('finds a process by its id, with the time and memory that it took', () => {
    const roots = new Map([[process.pid, 'load' as const]]);
    const before = readProcesses(roots);
    const until = performance.now() + 60;
    while (performance.now() < until);
    const after = readProcesses(roots);

    expect(after.get(process.pid)?.kind).toBe('load');
    expect(spentBetween(before, after).load).toBeGreaterThan(0);
    expect(memoryOf(after).load).toBeGreaterThan(10);
    expect(memoryOf(after).peers).toBeUndefined();
  });
});
