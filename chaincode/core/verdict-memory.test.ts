import type { SignatureCheck } from './signatures.ts';
import { rememberVerdicts } from './verdict-memory.ts';

const check = (number: number): SignatureCheck => ({
  algorithm: 'ES256',
  publicKey: 'key',
  message: `message ${number}`,
  signature: 'signature',
});

/** Even numbers are good; answers wait until they are let go. */
function countingVerifier() {
  const asked: string[][] = [];
  const gates: PromiseWithResolvers<void>[] = [];
  const verify = rememberVerdicts(async (checks) => {
    asked.push(checks.map(({ message }) => message));
    const gate = Promise.withResolvers<void>();
    gates.push(gate);
    await gate.promise;
    return checks.map(({ message }) => Number(message.slice(8)) % 2 === 0);
  });
  return { asked, gates, verify };
}

describe('rememberVerdicts', () => {
  test('verifies a batch once that is asked for again, while it runs and afterwards', async () => {
    const { asked, gates, verify } = countingVerifier();
    const first = verify([check(1), check(2)]);
    const second = verify([check(2), check(1), check(4)]);
    expect(asked).toEqual([['message 1', 'message 2'], ['message 4']]);
    for (const gate of gates) gate.resolve();
    expect(await first).toEqual([false, true]);
    expect(await second).toEqual([true, false, true]);
    expect(await verify([check(1), check(4)])).toEqual([false, true]);
    expect(asked).toHaveLength(2);
  });

  test('forgets what could not be verified, and tells everybody who waits', async () => {
    const { asked, gates, verify } = countingVerifier();
    const waiting = [verify([check(2)]), verify([check(2)])];
    gates[0]?.reject(new Error('no worker'));
    for (const each of waiting) await expect(each).rejects.toThrow('no worker');
    const again = verify([check(2)]);
    gates[1]?.resolve();
    expect(await again).toEqual([true]);
    expect(asked).toHaveLength(2);
  });

  test('takes a changed message, key or signature for another check', async () => {
    const { asked, gates, verify } = countingVerifier();
    const others = [{ message: 'message 3' }, { publicKey: 'other' }, { signature: 'other' }];
    void verify([check(2), ...others.map((change) => ({ ...check(2), ...change }))]);
    for (const gate of gates) gate.resolve();
    expect(asked[0]).toHaveLength(4);
  });

  test('remembers the newest twenty thousand', async () => {
    const { asked, gates, verify } = countingVerifier();
    const many = Array.from({ length: 20_001 }, (_, number) => check(number));
    const all = verify(many);
    gates[0]?.resolve();
    expect((await all).filter(Boolean)).toHaveLength(10_001);
    void verify([check(20_000), check(0)]);
    expect(asked[1]).toEqual(['message 0']);
  });
});
