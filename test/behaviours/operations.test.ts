import { laneOperations } from '@tangram/chaincode/core/lane-operations.ts';
import type { AnyOperation } from '@tangram/chaincode/core/operation.ts';
import { operations } from '@tangram/chaincode/testing/world.ts';
import { idFieldOf, ONCE_ONLY } from '../auditor/once-only-ids.ts';
import { behavesLikeAuditedAndMetered, behavesLikeAuthorised, behavesLikeOnceOnly } from './behaves-like.ts';
import { samples } from './samples.ts';

const submits = [...laneOperations, ...operations].filter(({ kind }) => kind === 'submit');

test('every submit operation has a sample, and every once-only one a changed payload where it has one', () => {
  expect(samples.map(({ operation }) => operation).sort()).toEqual(submits.map(({ name }) => name).sort());
  for (const { operation, changed } of samples) {
    const isOnceOnly = submits.find(({ name }) => name === operation)?.onceOnly !== undefined;
    if (!isOnceOnly) expect(changed).toBeUndefined();
  }
});

test('the auditor knows the scope of every once-only id', () => {
  const scopes = submits.flatMap(({ name, onceOnly }) => (onceOnly ? [[name, onceOnly.scope]] : []));
  expect(
    Object.entries(ONCE_ONLY)
      .map(([name, [scope]]) => [name, scope])
      .sort(),
  ).toEqual(scopes.sort());
});

test('the auditor makes the same id of an operation as the ledger', () => {
  for (const { operation, request } of samples) {
    const { onceOnly } = submits.find(({ name }) => name === operation) as AnyOperation;
    if (onceOnly) expect([operation, idFieldOf(operation, { ...request })]).toEqual([operation, onceOnly.id(request)]);
  }
});

test('the auditor lets a repetition change the fields that the ledger lets it change', () => {
  const told = submits.flatMap(({ name, onceOnly }) => (onceOnly ? [[name, [...(onceOnly.ignore ?? [])].sort()]] : []));
  const known = Object.entries(ONCE_ONLY).map(([name, [, , ...ignored]]) => [name, [...ignored].sort()]);
  expect(Object.fromEntries(known)).toEqual(Object.fromEntries(told));
});

describe.each(samples)('$operation', (sample) => {
  const operation = submits.find(({ name }) => name === sample.operation) as AnyOperation;
  behavesLikeAuthorised(sample, operation);
  behavesLikeAuditedAndMetered(sample);
  if (operation.onceOnly !== undefined) behavesLikeOnceOnly(sample);
});
