import { hedge } from './hedge.ts';
import { createLatency } from './latency.ts';
import { createRest } from './rest.ts';

const never = new Promise<string>(() => undefined);
const later = (text: string, milliseconds: number) =>
  new Promise<string>((resolve) => setTimeout(() => resolve(text), milliseconds));

/** Attempts in their order; `final` failures are not worth another. */
function run(attempts: (() => Promise<string>)[], patienceMilliseconds = 20) {
  const begun: number[] = [];
  const silent: number[] = [];
  const result = hedge({
    patienceMilliseconds,
    next: () => {
      const index = begun.length;
      const attempt = attempts[index];
      if (!attempt) return undefined;
      begun.push(index);
      return {
        result: attempt(),
        onSilence: () => silent.push(index),
        isWorthAnother: (error) => (error as Error).message !== 'final',
      };
    },
  });
  return { result, begun, silent };
}

describe('hedge', () => {
  test('asks nobody else while the first answers in time', async () => {
    const { result, begun } = run([async () => 'first', async () => 'second'], 1_000);
    expect(await result).toBe('first');
    expect(begun).toEqual([0]);
  });

  test('asks the next when the first is silent, and says who was', async () => {
    const { result, begun, silent } = run([() => never, async () => 'second', async () => 'third']);
    expect(await result).toBe('second');
    expect({ begun, silent }).toEqual({ begun: [0, 1], silent: [0] });
  });

  test('takes the slow first when it answers before the others', async () => {
    const { result } = run([() => later('first', 60), () => never, () => never]);
    expect(await result).toBe('first');
  });

  test('asks the next at once when one fails', async () => {
    const { result, silent } = run([() => Promise.reject(new Error('refused')), async () => 'second'], 60_000);
    expect(await result).toBe('second');
    expect(silent).toEqual([]);
  });

  test('asks nobody else after a failure that all would share', async () => {
    const { result, begun } = run([() => Promise.reject(new Error('final')), async () => 'second']);
    await expect(result).rejects.toThrow('final');
    expect(begun).toEqual([0]);
  });

  test('fails with the last failure, when the last silent one has failed too', async () => {
    const slowFailure = later('', 60).then(() => Promise.reject(new Error('slow')));
    const { result } = run([() => slowFailure, () => Promise.reject(new Error('quick'))]);
    await expect(result).rejects.toThrow('slow');
  });
});

describe('createLatency', () => {
  test('is patient for three times what is usual, within its bounds', () => {
    const latency = createLatency({ least: 200, most: 2_000 });
    const record = (milliseconds: number) => {
      for (let count = 0; count < 64; count += 1) latency.record(milliseconds);
    };
    expect(latency.patience()).toBe(200);
    record(10);
    expect(latency.patience()).toBe(200);
    record(150);
    expect(latency.patience()).toBe(450);
    record(9_000);
    expect(latency.patience()).toBe(2_000);
  });

  test('hurries no call that is far larger than those it has seen', () => {
    const latency = createLatency({ least: 200, most: 2_000 });
    expect(latency.patience(9)).toBe(6_000);
    for (let count = 0; count < 16; count += 1) latency.record(20);
    expect(latency.patience(9)).toBe(6_000);
    latency.record(90, 9);
    expect(latency.patience(9)).toBe(600);
    expect(latency.patience(2)).toBe(250);
  });

  test('forgets a few that were unusually slow', () => {
    const latency = createLatency({ least: 200, most: 2_000 });
    for (let count = 0; count < 64; count += 1) latency.record(count % 32 === 0 ? 9_000 : 20);
    expect(latency.patience()).toBe(200);
  });
});

describe('createRest', () => {
  test('rests longer each time that it fails anew, and not at all once it answered', () => {
    let now = 0;
    const rest = createRest({ first: 100, longest: 300 }, () => now);
    const lengths: number[] = [];
    for (let count = 0; count < 4; count += 1) {
      rest.markLost('peer');
      rest.markLost('peer');
      lengths.push(rest.until('peer') - now);
      now = rest.until('peer');
    }
    expect(lengths).toEqual([100, 200, 300, 300]);
    rest.markAnswered('peer');
    rest.markLost('peer');
    expect(rest.until('peer') - now).toBe(100);
  });
});
