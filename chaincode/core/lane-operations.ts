import { Type } from 'typebox';
import { batchKey, HEAD_KEY, NEW_HEAD } from './batch.ts';
import { errors } from './core-errors.ts';
import type { Ledger } from './ledger.ts';
import { type AnyOperation, defineOperation } from './operation.ts';

const everywhere = ['bank', 'centralbank', 'consortium'] as const;
const Empty = Type.Object({}, { additionalProperties: false });

/** Does nothing but make a batch that records the new holder of the lane's lease. */
const takeOver = defineOperation({
  name: 'lane:takeOver',
  kind: 'submit',
  lanes: everywhere,
  roles: ['system'],
  request: Empty,
  result: Empty,
  run: () => ({}),
});

const getHead = defineOperation({
  name: 'lane:getHead',
  kind: 'query',
  lanes: everywhere,
  roles: ['system'],
  request: Empty,
  result: Type.Unknown(),
  run: (ledger: Ledger) => ledger.state.find(HEAD_KEY) ?? NEW_HEAD,
});

/** Refuses: CORE_RECORD_NOT_FOUND. */
const getBatch = defineOperation({
  name: 'lane:getBatch',
  kind: 'query',
  lanes: everywhere,
  roles: ['system'],
  request: Type.Object(
    { sequence: Type.Integer({ minimum: 1, maximum: 999_999_999_999 }) },
    { additionalProperties: false },
  ),
  result: Type.Unknown(),
  run: (ledger: Ledger, { sequence }) => {
    const row = ledger.state.find(batchKey(sequence));
    if (row === undefined) throw errors.RECORD_NOT_FOUND({ collection: 'lane/0/batch', key: sequence });
    return row;
  },
});

export const laneOperations: readonly AnyOperation[] = [takeOver, getHead, getBatch];
