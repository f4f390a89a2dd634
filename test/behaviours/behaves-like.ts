import { refusalOf } from '@tangram/chaincode/core/memory-ledger.ts';
import { FOUNDING_BANKS, mspIdOf } from '@tangram/chaincode/core/names.ts';
import type { AnyOperation } from '@tangram/chaincode/core/operation.ts';
import { envelope, type World } from '@tangram/chaincode/testing/world.ts';
import { newWorld, type Sample } from './samples.ts';

const KINDS = ['customer', 'operator', 'system'] as const;

async function accepted(sample: Sample): Promise<{ world: World; result: unknown }> {
  const world = await newWorld(sample);
  const result = await world.as(sample.kind).accept(sample.lane, sample.operation, sample.request);
  return { world, result };
}

/** An accepted id is final: the first result again, and no write; another payload is a conflict, and no write. */
export function behavesLikeOnceOnly(sample: Sample): void {
  test('returns the first result when id and payload repeat, and refuses another payload', async () => {
    const { world, result } = await accepted(sample);
    const again = await world.as(sample.kind).send(sample.lane, sample.operation, sample.request);
    expect(again.outcome).toMatchObject({ outcome: 'replayed', result });
    expect(again.writes.size).toBe(0);
    if (sample.changed === undefined) return;
    const changed = await world.as(sample.kind).send(sample.lane, sample.operation, sample.changed);
    expect(changed.outcome).toMatchObject({ outcome: 'refused', code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' });
    expect(changed.writes.size).toBe(0);
  });
}

/** Only the kinds of caller that the table names, only through the lane's owner, and only with known fields. */
export function behavesLikeAuthorised(sample: Sample, operation: AnyOperation): void {
  const strangers = KINDS.filter((kind) => !operation.roles.includes(kind));
  test(`refuses callers of every kind but ${operation.roles.join(', ')}`, async () => {
    const world = await newWorld(sample);
    for (const kind of strangers) {
      const { outcome, writes } = await world.as(kind).send(sample.lane, sample.operation, sample.request);
      expect(outcome).toMatchObject({ outcome: 'refused', code: 'CORE_CALLER_NOT_ALLOWED' });
      expect(writes.size).toBe(0);
    }
  });

  test('refuses every organisation but the owner of the lane', async () => {
    const world = await newWorld(sample);
    const owner = mspIdOf(sample.lane);
    const others = [...FOUNDING_BANKS, 'centralbank'].map(mspIdOf).filter((mspId) => mspId !== owner);
    for (const mspId of others) {
      const batch = [envelope(sample.operation, sample.request, sample.kind)];
      const refusal = await refusalOf(world.ledger.submit(sample.lane, batch, { mspId }));
      expect(refusal).toEqual({ code: 'LANE_NOT_YOURS', params: { lane: sample.lane, mspId } });
    }
  });

  test('refuses an unknown field', async () => {
    const world = await newWorld(sample);
    const request = { ...sample.request, colour: 'red' };
    const { outcome, writes } = await world.as(sample.kind).send(sample.lane, sample.operation, request);
    expect(outcome).toMatchObject({ outcome: 'refused', code: 'CORE_REQUEST_INVALID' });
    expect(writes.size).toBe(0);
  });
}

/** The batch row says who asked for what, and one usage record stands in the transaction that was paid for. */
export function behavesLikeAuditedAndMetered(sample: Sample): void {
  test('leaves an audit record and a usage record in its batch row', async () => {
    const { world, result } = await accepted(sample);
    const sequence = String(world.head(sample.lane)?.sequence).padStart(12, '0');
    const row = world.ledger.row(sample.lane, `lane/0/batch/${sequence}`);
    const [module, operation] = sample.operation.split(':');
    expect(row.entries).toHaveLength(1);
    expect(row.entries[0]).toMatchObject({
      operation: sample.operation,
      request: sample.request,
      caller: { kind: sample.kind, ref: '' },
      outcome: 'accepted',
      result,
      audit: { mspId: mspIdOf(sample.lane) },
      usage: { module, operation, units: 1 },
    });
  });
}
