import { requestIdOf, traceOf } from './hardening.ts';

describe('requestIdOf', () => {
  test('keeps an id that is harmless to log, and replaces any other', () => {
    const kept = ['a', 'trace-7.8_9'].map((id) => requestIdOf({ 'x-request-id': id }));
    const replaced = ['', 'a b', 'a\nb', 'x'.repeat(65), '{"a":1}'].map((id) => requestIdOf({ 'x-request-id': id }));

    expect(kept).toEqual(['a', 'trace-7.8_9']);
    for (const id of replaced) expect(id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('traceOf', () => {
  test('reads a W3C traceparent and ignores what is none', () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

    expect(traceOf({ traceparent })).toEqual({
      traceId: '4bf92f3577b34da6a3ce929d0e0e4736',
      spanId: '00f067aa0ba902b7',
    });
    expect(traceOf({ traceparent: `${traceparent}\nx` })).toEqual({});
    expect(traceOf({})).toEqual({});
  });
});
