import { jarOperations } from '../testing/jar-operations.ts';
import { sha256 } from './canonical.ts';
import { MemoryLedger, refusalOf } from './memory-ledger.ts';

const caller = { kind: 'operator', ref: '' } as const;
const move = (moveId: string, beans: number, more: object = {}) => ({
  operation: 'jars:moveBeans',
  caller,
  request: { moveId, jar: 'red', beans, ...more },
});
const codes = (results: readonly { outcome: string; code?: string }[]) =>
  results.map(({ outcome, code }) => code ?? outcome);

let ledger: MemoryLedger;
beforeEach(() => {
  ledger = new MemoryLedger(jarOperations);
});

describe('submitBatch', () => {
  test('accepts a batch, and the next one builds on its hash', async () => {
    const first = await ledger.submit('cedar', [move('m1', 5)]);
    expect(first.response).toEqual({
      lane: 'cedar',
      sequence: 1,
      hash: first.response.hash,
      accepted: 1,
      outcomes: first.response.outcomes,
      replays: [],
      results: [{ outcome: 'accepted', result: { jar: 'red', beans: 5 } }],
    });
    const stored = ledger.state('cedar').get('lane/0/batch/000000000001') as Uint8Array;
    expect(sha256(stored)).toBe(first.response.hash);
    const second = await ledger.submit('cedar', [move('m2', 2)]);
    const row = ledger.row('cedar', 'lane/0/batch/000000000002');
    expect(row).toMatchObject({ sequence: 2, previousHash: first.response.hash, txId: second.transactionId });
    expect(row.entries[0]).toMatchObject({
      operation: 'jars:moveBeans',
      outcome: 'accepted',
      result: { jar: 'red', beans: 7 },
      events: [{ type: 'BeansMoved', data: { jar: 'red', beans: 2 } }],
      audit: { mspId: 'CedarMSP' },
      usage: { module: 'jars', operation: 'moveBeans', units: 1 },
    });
    expect(ledger.row('cedar', 'lane/0/head')).toMatchObject({ sequence: 2, hash: second.response.hash, epoch: 1 });
  });

  test('leaves no trace of a refused operation beside its evidence', async () => {
    const { response } = await ledger.submit('cedar', [move('m1', 5), move('m2', -9), move('m3', -1)]);
    expect(codes(response.results)).toEqual(['accepted', 'JARS_JAR_EMPTY', 'accepted']);
    expect(ledger.row('cedar', 'jar/red')).toEqual({ jar: 'red', beans: 4 });
    const outbox = ledger.row('cedar', 'lane/0/outbox/maple/000000000001');
    expect(outbox.items).toEqual([
      { jar: 'red', beans: 5 },
      { jar: 'red', beans: -1 },
    ]);
    const row = ledger.row('cedar', 'lane/0/batch/000000000001');
    expect(row.head).toMatchObject({ counters: { beans: { CNY: '4' } }, outbox: { maple: 1 } });
    expect(row.entries[1]).toEqual({
      operation: 'jars:moveBeans',
      caller,
      request: { moveId: 'm2', jar: 'red', beans: -9 },
      outcome: 'refused',
      code: 'JARS_JAR_EMPTY',
      params: { jar: 'red', beans: 5 },
      audit: { mspId: 'CedarMSP' },
    });
  });

  test('writes nothing when nothing was accepted, and the refused id stays free', async () => {
    const refused = await ledger.submit('cedar', [move('m1', -1)]);
    expect(refused.response).toMatchObject({ accepted: 0, hash: '0'.repeat(64) });
    expect(refused.writes.size).toBe(0);
    const again = await ledger.submit('cedar', [move('m1', 1)]);
    expect(codes(again.response.results)).toEqual(['accepted']);
  });

  test('aborts the whole batch when an operation breaks', async () => {
    const broken = ledger.submit('cedar', [move('m1', 1), { operation: 'jars:breakJar', caller, request: {} }]);
    await expect(broken).rejects.toThrow('the jar broke');
    expect(ledger.state('cedar').size).toBe(0);
  });

  test('refuses single operations by name, schema, number and role', async () => {
    const { response } = await ledger.submit('cedar', [
      move('m1', 1),
      { operation: 'jars:unknown', caller, request: {} },
      { operation: 'jars:getJar', caller, request: { jar: 'red' } },
      { operation: 'jars:labelAll', caller, request: { label: 'x' } },
      move('m2', 1, { colour: 'secret' }),
      move('m3', 2 ** 60),
      move('not an id', 1),
      { operation: 'jars:breakJar', caller: { kind: 'customer', ref: 'ab' }, request: {} },
    ]);
    expect(codes(response.results)).toEqual([
      'accepted',
      'CORE_OPERATION_UNKNOWN',
      'CORE_OPERATION_UNKNOWN',
      'CORE_OPERATION_UNKNOWN',
      'CORE_REQUEST_INVALID',
      'CORE_REQUEST_INVALID',
      'CORE_IDENTIFIER_INVALID',
      'CORE_CALLER_NOT_ALLOWED',
    ]);
    const stored = ledger.state('cedar').get('lane/0/batch/000000000001') as Uint8Array;
    expect(Buffer.from(stored).includes('secret')).toBe(false);
    expect(ledger.row('cedar', 'lane/0/batch/000000000001').entries[4]).toMatchObject({
      request: {},
      requestDigest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test('repeats no made-up name of an operation at full length', async () => {
    const unknown = { operation: 'x'.repeat(100_000), caller, request: {} };
    const { response } = await ledger.submit('cedar', [move('m1', 5), ...Array.from({ length: 50 }, () => unknown)]);

    expect(codes(response.results.slice(1))).toEqual(Array(50).fill('CORE_OPERATION_UNKNOWN'));
    const stored = ledger.state('cedar').get('lane/0/batch/000000000001') as Uint8Array;
    // The batch is stored as it came, its name once; what became of the operations adds no copy.
    expect(stored.length).toBeLessThan(120_000);
  });

  test('keeps lane time from going backwards', async () => {
    await ledger.submit('cedar', [move('m1', 1)]);
    const { time } = ledger.row('cedar', 'lane/0/head');
    ledger.clock.advance(-5000);
    await ledger.submit('cedar', [move('m2', 1)]);
    expect(ledger.row('cedar', 'lane/0/head').time).toBe(time);
  });
});

describe('header', () => {
  const hash = 'ab'.repeat(32);
  test.each([
    { name: 'of another lane', options: { header: { lane: 'maple' } }, code: 'LANE_NOT_YOURS' },
    { name: 'signed by another bank', options: { mspId: 'MapleMSP' }, code: 'LANE_NOT_YOURS' },
    { name: 'with swapped transient data', options: { batchText: '{"operations":[]}' }, code: 'LANE_DIGEST_MISMATCH' },
    { name: 'of another holder', options: { header: { holder: 'other' } }, code: 'LANE_EPOCH_STALE' },
    { name: 'two epochs ahead', options: { header: { epoch: 3 } }, code: 'LANE_EPOCH_STALE' },
    { name: 'of a used sequence', options: { header: { sequence: 1 } }, code: 'LANE_SEQUENCE_STALE' },
    { name: 'after a gap', options: { header: { sequence: 3 } }, code: 'LANE_SEQUENCE_STALE' },
    { name: 'on another history', options: { header: { previousHash: hash } }, code: 'LANE_PREVIOUS_HASH_MISMATCH' },
    { name: 'with an unknown field', options: { header: { extra: 1 } as object }, code: 'LANE_BATCH_INVALID' },
  ])('is refused $name', async ({ options, code }) => {
    await ledger.submit('cedar', [move('m1', 1)]);
    const before = [...ledger.state('cedar')];
    expect((await refusalOf(ledger.submit('cedar', [move('m2', 1)], options)))?.code).toBe(code);
    expect([...ledger.state('cedar')]).toEqual(before);
  });

  test('names what the lane expects', async () => {
    const { response } = await ledger.submit('cedar', [move('m1', 1)]);
    const stale = await refusalOf(ledger.submit('cedar', [move('m2', 1)], { header: { sequence: 9 } }));
    expect(stale?.params).toEqual({ expectedSequence: 2, expectedPreviousHash: response.hash });
  });

  test('of the next epoch takes the lease over, and the old holder is refused', async () => {
    await ledger.submit('cedar', [move('m1', 1)]);
    const takeOver = { operation: 'lane:takeOver', caller: { kind: 'system', ref: '' }, request: {} } as const;
    await ledger.submit('cedar', [takeOver], { header: { epoch: 2, holder: 'gateway-2' } });
    const late = ledger.submit('cedar', [move('m2', 1)], { header: { epoch: 1, holder: 'gateway-1' } });
    expect(await refusalOf(late)).toEqual({ code: 'LANE_EPOCH_STALE', params: { epoch: 2, holder: 'gateway-2' } });
  });

  test("of a proposal more than 60 s from the endorser's clock is refused", async () => {
    const skewed = new MemoryLedger(jarOperations);
    const now = skewed.clock.milliseconds;
    let reads = 0;
    Object.defineProperty(skewed.clock, 'milliseconds', { get: () => now + (reads++ === 0 ? 0 : 60_001) });
    const refused = await refusalOf(skewed.submit('cedar', [move('m1', 1)]));
    expect(refused).toEqual({ code: 'LANE_CLOCK_SKEW', params: { seconds: 60 } });
  });
});

describe('once-only', () => {
  test('replays the first result across batches and within one, whatever ignored fields say', async () => {
    const first = await ledger.submit('cedar', [move('m1', 5, { note: 'cipher one' })]);
    const again = await ledger.submit('cedar', [
      move('m1', 5, { note: 'cipher two' }),
      move('m2', 1),
      move('m2', 1),
      move('m2', 3),
      move('m1', 6),
    ]);
    expect(again.response.results).toMatchObject([
      { outcome: 'replayed', result: { jar: 'red', beans: 5 }, transactionId: first.transactionId },
      { outcome: 'accepted', result: { jar: 'red', beans: 6 } },
      { outcome: 'replayed', result: { jar: 'red', beans: 6 }, transactionId: again.transactionId },
      { outcome: 'refused', code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD', params: { scope: 'move', id: 'm2' } },
      { outcome: 'refused', code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD', params: { scope: 'move', id: 'm1' } },
    ]);
    const { entries } = ledger.row('cedar', 'lane/0/batch/000000000002');
    expect(codes(entries)).toEqual(codes(again.response.results));
  });

  test('replays from a batch that writes nothing', async () => {
    await ledger.submit('cedar', [move('m1', 5)]);
    const again = await ledger.submit('cedar', [move('m1', 5)]);
    expect(codes(again.response.results)).toEqual(['replayed']);
    expect(again.writes.size).toBe(0);
  });

  test('finds an id whose entry follows replays and refusals in the batch', async () => {
    await ledger.submit('cedar', [move('m1', 5)]);
    await ledger.submit('cedar', [move('m1', 5), move('m2', -99), move('m3', 1)]);
    const { response } = await ledger.submit('cedar', [move('m3', 1)]);
    expect(response.results[0]).toMatchObject({ outcome: 'replayed', result: { jar: 'red', beans: 6 } });
  });
});

describe('linked operations', () => {
  const linked = { linked: true };
  test('are accepted together', async () => {
    const { response } = await ledger.submit('cedar', [move('m1', 5, linked), move('m2', -5)]);
    expect(codes(response.results)).toEqual(['accepted', 'accepted']);
  });

  test('are refused together, their neighbours untouched, their ids free', async () => {
    const { response } = await ledger.submit('cedar', [
      move('m0', 1),
      { ...move('m1', 5), linked: true },
      move('m2', -9, linked),
      move('m3', 1),
      move('m4', 1),
    ]);
    expect(codes(response.results)).toEqual([
      'accepted',
      'LANE_CHAIN_REFUSED',
      'JARS_JAR_EMPTY',
      'LANE_CHAIN_REFUSED',
      'accepted',
    ]);
    expect(response.results[1]).toMatchObject({ params: { position: 2, cause: 'JARS_JAR_EMPTY' } });
    expect(ledger.row('cedar', 'jar/red')).toEqual({ jar: 'red', beans: 2 });
    const again = await ledger.submit('cedar', [move('m1', 7)]);
    expect(codes(again.response.results)).toEqual(['accepted']);
  });

  test('are refused with a member that no schema admits', async () => {
    const { response } = await ledger.submit('cedar', [move('m1', 5, linked), move('m2', 1, { x: 1 })]);
    expect(codes(response.results)).toEqual(['LANE_CHAIN_REFUSED', 'CORE_REQUEST_INVALID']);
  });

  test('are refused when the batch ends within the chain', async () => {
    const { response } = await ledger.submit('cedar', [move('m1', 5, linked)]);
    expect(codes(response.results)).toEqual(['LANE_CHAIN_OPEN']);
  });

  test('replay together, and refuse what would be added to a chain that stands', async () => {
    const chain = [move('m1', 5, linked), move('m2', 1)];
    await ledger.submit('cedar', chain);
    const again = await ledger.submit('cedar', chain);
    expect(codes(again.response.results)).toEqual(['replayed', 'replayed']);
    const changed = await ledger.submit('cedar', [move('m1', 5, linked), move('m9', 1)]);
    expect(codes(changed.response.results)).toEqual(['replayed', 'LANE_CHAIN_PARTLY_REPLAYED']);
  });
});
