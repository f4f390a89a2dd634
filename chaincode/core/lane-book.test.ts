import { NO_COUNTERS, RunningLaneBook } from './lane-book.ts';
import { UndoLog } from './undo-log.ts';

const yuan = (amount: bigint) => ({ amount, currency: 'CNY' });

describe('RunningLaneBook', () => {
  test('continues from the head and numbers one outbox row per bank and batch', () => {
    const before = { ...NO_COUNTERS, sequence: 6, outbox: { maple: 4 }, sent: { maple: { CNY: '10' } } };
    const lane = new RunningLaneBook('cedar', before, new UndoLog());
    expect(lane.outboxIndex('maple')).toBe(4);
    expect(lane.send('maple', { kind: 'credit' })).toEqual({ bank: 'maple', index: 5, position: 0 });
    expect(lane.send('maple', { kind: 'return' })).toEqual({ bank: 'maple', index: 5, position: 1 });
    expect(lane.send('pine', { kind: 'credit' })).toEqual({ bank: 'pine', index: 1, position: 0 });
    lane.addSent('maple', yuan(7n));
    expect(lane.sent('maple', 'CNY')).toBe(17n);
    expect(lane.after()).toEqual({ ...NO_COUNTERS, sent: { maple: { CNY: '17' } }, outbox: { maple: 5, pine: 1 } });
    expect(lane.outboxRows().map(({ key }) => key)).toEqual([
      'lane/0/outbox/maple/000000000005',
      'lane/0/outbox/pine/000000000001',
    ]);
    expect(lane.outboxRows()[0]?.row).toEqual({
      lane: 'cedar',
      to: 'maple',
      index: 5,
      sequence: 7,
      items: [{ kind: 'credit' }, { kind: 'return' }],
    });
  });

  test('leaves nothing behind when it is rolled back', () => {
    const undo = new UndoLog();
    const before = { ...NO_COUNTERS, sequence: 1, inbox: { pine: 2 }, counters: { deposits: { CNY: '-3' } } };
    const lane = new RunningLaneBook('cedar', before, undo);
    const savepoint = undo.savepoint();
    lane.send('maple', {});
    lane.addSent('maple', yuan(5n));
    lane.addReceived('pine', yuan(5n));
    lane.addToCounter('deposits', yuan(3n));
    lane.addToCounter('fees', yuan(1n));
    lane.advanceInbox('pine', 9, 0);
    undo.rollBack(savepoint);
    const { sequence, ...counters } = before;
    expect(lane.after()).toEqual(counters);
    expect(lane.outboxRows()).toEqual([]);
    expect(lane.sequence).toBe(sequence + 1);
  });

  test('lets cumulative counters and cursors never go back', () => {
    const lane = new RunningLaneBook('cedar', { ...NO_COUNTERS, sequence: 0, inbox: { pine: 2 } }, new UndoLog());
    expect(() => lane.addSent('maple', yuan(-1n))).toThrow('never go down');
    expect(() => lane.addReceived('maple', yuan(-1n))).toThrow('never go down');
    expect(() => lane.advanceInbox('pine', 1, 0)).toThrow('cannot go back');
    expect(lane.inboxIndex('pine')).toBe(2);
  });
});
