import { errors as core } from './core-errors.ts';
import { catalogueOf, DomainError, defineErrors, parseDomainError } from './errors.ts';
import { errors as lane } from './lane-errors.ts';

const errors = defineErrors('TESTS', {
  TOO_MUCH: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: '{asked} is above {limit}.',
    fix: 'Ask for less.',
  },
  CLOSED: { status: 409, outcome: 'refused', retry: 'never', text: 'It is closed.', fix: 'Open another.' },
});

describe('defineErrors', () => {
  test('makes errors that carry code and params to another process', () => {
    const error = errors.TOO_MUCH({ asked: '7', limit: 5 });
    expect(error).toBeInstanceOf(DomainError);
    expect(error.message).toBe('{"code":"TESTS_TOO_MUCH","params":{"asked":"7","limit":5}}');
    expect(parseDomainError(error.message)).toEqual(error);
    expect(errors.CLOSED().code).toBe(errors.CLOSED.code);
  });

  test.each(['', 'text', '{}', '{"code":1,"params":{}}', '{"code":"A"}', 'null'])(
    'reads no error from %p',
    (message) => {
      expect(parseDomainError(message)).toBeUndefined();
    },
  );

  test('keeps the declared order in the catalogue', () => {
    expect(catalogueOf(errors).map(({ code }) => code)).toEqual(['TESTS_TOO_MUCH', 'TESTS_CLOSED']);
  });
});

test('codes of core and lanes stay what they are', () => {
  const codes = [core, lane].flatMap((each) => catalogueOf(each).map(({ code }) => code));
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes).toEqual([
    'CORE_REQUEST_INVALID',
    'CORE_OPERATION_UNKNOWN',
    'CORE_CALLER_NOT_ALLOWED',
    'CORE_ENTRY_POINT_REFUSED',
    'CORE_ABORTED',
    'CORE_SIGNATURE_REQUIRED',
    'CORE_CURRENCY_UNKNOWN',
    'CORE_AMOUNT_INVALID',
    'CORE_AMOUNT_NOT_POSITIVE',
    'CORE_CURRENCY_MISMATCH',
    'CORE_RATE_INVALID',
    'CORE_IDENTIFIER_INVALID',
    'CORE_KEY_INVALID',
    'CORE_RECORD_NOT_FOUND',
    'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD',
    'LANE_BATCH_INVALID',
    'LANE_NOT_YOURS',
    'LANE_DIGEST_MISMATCH',
    'LANE_CLOCK_SKEW',
    'LANE_EPOCH_STALE',
    'LANE_SEQUENCE_STALE',
    'LANE_PREVIOUS_HASH_MISMATCH',
    'LANE_MEMORY_BEHIND',
    'LANE_SIGNATURES_UNVERIFIED',
    'LANE_REPLAY_FAR',
    'LANE_CHAIN_OPEN',
    'LANE_CHAIN_REFUSED',
    'LANE_CHAIN_PARTLY_REPLAYED',
  ]);
});
