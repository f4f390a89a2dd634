import { countCodes, countResolutions, judgeAnswer, judgeError } from './outcomes.ts';

describe('judgeAnswer', () => {
  const booked = (replayed: boolean) => ({ kind: 'booked', replayed });
  const again = (code: string, isAmbiguous: boolean) => ({ kind: 'again', code, isAmbiguous });
  test.each([
    { status: 201, body: {}, replayed: false, means: booked(false) },
    { status: 201, body: {}, replayed: true, means: booked(true) },
    { status: 422, body: { code: 'A', outcome: 'refused' }, means: { kind: 'refused', code: 'A' } },
    { status: 429, body: { code: 'GATEWAY_BUSY', outcome: 'failed' }, means: again('GATEWAY_BUSY', false) },
    { status: 503, body: { code: 'GATEWAY_X', outcome: 'failed' }, means: again('GATEWAY_X', false) },
    { status: 504, body: { code: 'GATEWAY_X', outcome: 'unknown' }, means: again('GATEWAY_X', true) },
    { status: 409, body: { code: 'A', outcome: 'unknown' }, means: again('A', true) },
    { status: 502, body: {}, means: again('HTTP_502', true) },
  ])('takes $status $body for $means', ({ status, body, replayed = false, means }) => {
    expect(judgeAnswer({ status, body, replayed })).toEqual(means);
  });
});

describe('judgeError', () => {
  test.each([
    { error: { code: 'ECONNREFUSED' }, code: 'CONNECTION_REFUSED', isAmbiguous: false },
    { error: { code: 'ECONNRESET' }, code: 'CONNECTION_LOST', isAmbiguous: true },
    { error: { name: 'TimeoutError' }, code: 'CLIENT_TIMEOUT', isAmbiguous: true },
  ])('takes $error for $code', ({ error, code, isAmbiguous }) => {
    expect(judgeError(error)).toEqual({ kind: 'again', code, isAmbiguous });
  });
});

describe('counting', () => {
  const span = { from: 10, to: 20 };
  const problem = (at: number, code: string) => ({ at, code, bank: 'cedar', isAmbiguous: false });

  test('counts the codes within the span, the most frequent first', () => {
    const problems = [problem(9, 'A'), problem(10, 'A'), problem(15, 'B'), problem(19, 'B'), problem(20, 'B')];

    expect(Object.entries(countCodes(problems, span))).toEqual([
      ['B', 2],
      ['A', 1],
    ]);
  });

  test('counts a doubt where it arose, however late it was resolved, and one without an answer as open', () => {
    const doubts = [
      { at: 9, bank: 'cedar', how: 'replayed' as const },
      { at: 12, bank: 'cedar', how: 'replayed' as const },
      { at: 13, bank: 'cedar', how: 'accepted' as const },
      { at: 14, bank: 'cedar' },
    ];

    expect(countResolutions(doubts, span)).toEqual({ accepted: 1, replayed: 1, refused: 0, open: 1 });
  });
});
