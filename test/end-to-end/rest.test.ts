import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { createSigner, signKeyChange, signPayment } from '@tangram/gateway/client/sign.ts';
import type { BankName } from '@tangram/network/config/topology.ts';
import { auditNetwork } from '../auditor/network-blocks.ts';
import {
  bankOf,
  expectOneState,
  expectReadModelsEqualLedger,
  listAll,
  openBanks,
  post,
  type RunningNetwork,
  settled,
  startRunningNetwork,
} from './running-network.ts';

const cny = (amount: number) => ({ amount: String(amount), currency: 'CNY' });

describe('the product through REST', () => {
  let running: RunningNetwork;
  let accounts: string[];
  const opening = 1_000_000;

  beforeAll(async () => {
    running = await startRunningNetwork();
    accounts = await openBanks(running.rest, ['8001', '8002'], String(opening));
  }, 120_000);

  afterAll(async () => {
    // Every test below moves money; whatever they did, none may have appeared or vanished.
    try {
      const held = await Promise.all(accounts.map((account) => balance(account)));
      expect(held.reduce((sum, { booked }) => sum + booked, 0n)).toBe(BigInt(accounts.length * opening) - withdrawn);
      await expectOneState(running.network);
      const { problems, payments, operations } = await auditNetwork(running);
      expect(problems).toEqual([]);
      expect(payments).toBeGreaterThan(10);
      expect(operations).toBeGreaterThan(payments);
      await expectReadModelsEqualLedger(running.dataFolder);
    } finally {
      await running.stop();
    }
  }, 240_000);

  let withdrawn = 0n;
  const send = (bank: BankName, path: string, body: unknown = {}) =>
    running.rest.call({ bank, method: 'POST', path, body });
  const get = (bank: BankName, path: string) => running.rest.call({ bank, path });
  async function balance(accountId: string) {
    const { body } = await get(bankOf(accountId), `/v1/accounts/${accountId}`);
    return { booked: BigInt(String(body.booked)), available: BigInt(String(body.available)) };
  }
  /** Another bank's gateway reads its blocks at its own pace. */
  async function untilBooked(accountId: string, expected: bigint): Promise<void> {
    const deadline = Date.now() + 60_000;
    while ((await balance(accountId)).booked !== expected && Date.now() < deadline) {
      await new Promise((wake) => setTimeout(wake, 30));
    }
    expect((await balance(accountId)).booked).toBe(expected);
  }
  const pay = (paymentId: string, [debtorAccount, creditorAccount]: [string, string], amount: number) =>
    send(bankOf(debtorAccount), '/v1/payments', { paymentId, debtorAccount, creditorAccount, amount: cny(amount) });

  test('settles a payment within a bank at once', async () => {
    const before = await balance('cedar-8002');

    const { status, body } = await pay('within', ['cedar-8001', 'cedar-8002'], 250);

    expect({ status, body }).toMatchObject({ status: 201, body: { paymentId: 'within', status: 'SETTLED' } });
    expect(body.transactionId).toMatch(/^[0-9a-f]{64}$/);
    expect((await balance('cedar-8002')).booked).toBe(before.booked + 250n);
  });

  test('settles a payment across banks through outbox and cursor', async () => {
    const before = await balance('maple-8001');

    const { body } = await pay('across', ['cedar-8001', 'maple-8001'], 400);

    expect(['ACCEPTED', 'SETTLED']).toContain(body.status);
    expect(await settled(running.rest, 'across', 'cedar')).toBe('SETTLED');
    await untilBooked('maple-8001', before.booked + 400n);
  });

  test('carries reference and remittance unchanged to the creditor, and to nobody else', async () => {
    const texts = { endToEndId: 'INV-17/2026', uetr: '0198f1a2-7c3e-4d10-9a55-0c2f6f1f2b11', remittance: 'Tea 茶叶' };
    const body = {
      paymentId: 'texts',
      debtorAccount: 'pine-8001',
      creditorAccount: 'willow-8001',
      amount: cny(10),
      ...texts,
    };
    await post(running.rest, 'pine', { path: '/v1/payments', body });
    await settled(running.rest, 'texts', 'pine');

    const atWillow = await listAll(running.rest, 'willow', '/v1/accounts/willow-8001/entries');
    const entry = atWillow.find(({ reference }) => reference === 'texts');
    const atCedar = await get('cedar', '/v1/payments/texts');

    expect(entry).toMatchObject(texts);
    expect(atCedar.text).not.toContain('茶叶');
  });

  test('answers a repeated id with the first result, another payload with a conflict', async () => {
    const first = await pay('repeat', ['maple-8001', 'pine-8001'], 30);
    const again = await pay('repeat', ['maple-8001', 'pine-8001'], 30);
    const changed = await pay('repeat', ['maple-8001', 'pine-8001'], 31);

    expect(again.replayed).toBe(true);
    expect(again.body.transactionId).toBe(first.body.transactionId);
    expect(changed).toMatchObject({
      status: 409,
      body: { code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD', outcome: 'refused' },
    });
  });

  test('judges a refused id anew', async () => {
    const refused = await pay('anew', ['willow-8002', 'willow-8001'], opening * 3);
    const accepted = await pay('anew', ['willow-8002', 'willow-8001'], 3);

    expect(refused).toMatchObject({ status: 422, body: { code: 'PAYMENTS_INSUFFICIENT_FUNDS' } });
    expect(accepted.status).toBe(201);
  });

  test('answers a list of payments one by one, in order', async () => {
    const line = (paymentId: string, amount: number) => ({
      paymentId,
      debtorAccount: 'pine-8002',
      creditorAccount: 'cedar-8002',
      amount: cny(amount),
    });

    const { status, body } = await send('pine', '/v1/payments/bulk', {
      payments: [line('bulk-1', 5), line('bulk-2', opening * 9), line('bulk-3', 6)],
    });

    expect(status).toBe(200);
    expect(body.results).toMatchObject([
      { paymentId: 'bulk-1', status: expect.any(String) },
      { paymentId: 'bulk-2', problem: { code: 'PAYMENTS_INSUFFICIENT_FUNDS' } },
      { paymentId: 'bulk-3', status: expect.any(String) },
    ]);
    await settled(running.rest, 'bulk-3', 'pine');
  });

  test('holds funds, posts a part and releases the rest', async () => {
    const before = await balance('cedar-8001');
    const body = {
      holdId: 'hold-1',
      debtorAccount: 'cedar-8001',
      creditorAccount: 'cedar-8002',
      amount: cny(900),
      expiresAt: new Date(Date.now() + 3_600_000).toISOString(),
    };
    await post(running.rest, 'cedar', { path: '/v1/holds', body });
    const held = await balance('cedar-8001');
    const posted = await send('cedar', '/v1/holds/hold-1/post', { amount: cny(400) });
    const again = await send('cedar', '/v1/holds/hold-1/void');
    const after = await balance('cedar-8001');

    expect(held).toEqual({ booked: before.booked, available: before.available - 900n });
    expect(posted.status).toBe(200);
    expect(again).toMatchObject({ status: 422, body: { code: 'PAYMENTS_HOLD_ALREADY_POSTED' } });
    expect(after).toEqual({ booked: before.booked - 400n, available: before.available - 400n });
  });

  test('sends a payment back in parts, never more than it was', async () => {
    await pay('refundable', ['willow-8001', 'maple-8002'], 100);
    await settled(running.rest, 'refundable', 'maple');
    const before = await balance('willow-8001');

    await post(running.rest, 'maple', {
      path: '/v1/payments/refundable/refund',
      body: { refundId: 'refund-1', amount: cny(60) },
    });
    const tooMuch = await send('maple', '/v1/payments/refundable/refund', { refundId: 'refund-2', amount: cny(41) });
    await settled(running.rest, 'refund-1', 'maple');

    expect(tooMuch).toMatchObject({ status: 422, body: { code: 'PAYMENTS_REFUND_EXCEEDS_PAYMENT' } });
    await untilBooked('willow-8001', before.booked + 60n);
  });

  test('refuses frozen and closed accounts, and thaws', async () => {
    await send('maple', '/v1/accounts/maple-8002/freeze');
    const frozen = await payUntil(422, 'to-frozen');
    await send('maple', '/v1/accounts/maple-8002/unfreeze');
    const thawed = await payUntil(201, 'to-thawed');

    expect(frozen.answer).toMatchObject({ status: 422, body: { code: 'PAYMENTS_CREDITOR_FROZEN' } });
    expect(thawed.answer.status).toBe(201);
    expect(await settled(running.rest, thawed.paymentId, 'cedar')).toBe('SETTLED');
  });

  /** Cedar's gateway learns of Maple's accounts with Maple's blocks; what it sends until then, Maple gives back. */
  async function payUntil(status: number, name: string) {
    for (let attempt = 0; ; attempt += 1) {
      const paymentId = `${name}-${attempt}`;
      const answer = await pay(paymentId, ['cedar-8001', 'maple-8002'], 1);
      if (answer.status === status || attempt > 50) return { paymentId, answer };
      await new Promise((wake) => setTimeout(wake, 100));
    }
  }

  test.each(['P-256', 'Ed25519'])(
    'debits an account with a key of %s by its customer’s signature only',
    async (curve) => {
      const accountId = curve === 'P-256' ? 'willow-8001' : 'willow-8002';
      const path = `/v1/accounts/${accountId}/signing-keys`;
      const isEcdsa = curve === 'P-256';
      const pair = isEcdsa ? generateKeyPairSync('ec', { namedCurve: curve }) : generateKeyPairSync('ed25519');
      const signer = createSigner(pair.privateKey);
      const keys = [signer.publicKey];
      const set = await running.rest.call({ bank: 'willow', method: 'PUT', path, body: { changeId: curve, keys } });
      const place = { channel: 'finance', bank: 'willow' };
      const payments = Array.from({ length: 100 }, (_, index) =>
        signPayment(signer, place, {
          paymentId: `signed-${curve}-${index}`,
          debtorAccount: accountId,
          creditorAccount: 'pine-8001',
          amount: cny(2),
        }),
      );
      const altered = { ...payments[0], paymentId: `altered-${curve}` };

      const { body } = await send('willow', '/v1/payments/bulk', { payments: [...payments, altered] });
      const unsigned = await pay(`unsigned-${curve}`, [accountId, 'pine-8001'], 2);
      await settled(running.rest, `signed-${curve}-99`, 'willow');
      const results = body.results as { problem?: { code: string } }[];

      expect(set.status).toBe(200);
      expect(results.map(({ problem }) => problem?.code)).toEqual([
        ...payments.map(() => undefined),
        'ACCOUNTS_SIGNATURE_INVALID',
      ]);
      expect(unsigned).toMatchObject({ status: 422, body: { code: 'ACCOUNTS_SIGNATURE_MISSING' } });
      const change = { changeId: `${curve}-end`, keys: [] };
      const { accountId: _same, ...end } = signKeyChange(signer, place, { ...change, accountId });
      expect((await running.rest.call({ bank: 'willow', method: 'PUT', path, body: end })).status).toBe(200);
    },
  );

  test('books no deposit above the balance at the central bank', async () => {
    const body = { depositId: 'too-much', amount: cny(100_000_000_001) };

    const answer = await send('pine', '/v1/accounts/pine-8001/deposits', body);

    expect(answer).toMatchObject({ status: 422, body: { code: 'SETTLEMENT_BALANCE_EXCEEDED' } });
  });

  test('lets a customer reach only the own accounts', async () => {
    const url = running.network.gatewayUrl('cedar');
    const body = { accountId: 'cedar-8003', name: 'Mei Lin 林梅', currency: 'CNY', customerId: 'C-77' };
    await post(running.rest, 'cedar', { path: '/v1/accounts', body });
    const token = await running.network.token({ bank: 'cedar', role: 'customer', customerId: 'C-77' });
    const read = async (path: string) =>
      (await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } })).status;

    expect(await read('/v1/accounts/cedar-8003')).toBe(200);
    expect(await read('/v1/accounts/cedar-8001')).toBe(403);
  });

  test('closes a statement on its entries, in JSON and camt.053', async () => {
    const day = new Date().toISOString().slice(0, 10);
    const next = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const path = `/v1/accounts/cedar-8002/statement?from=${day}&to=${next}`;
    const { body } = await get('cedar', path);
    const xml = await running.rest.call({ bank: 'cedar', path, accept: 'application/xml' });
    const entries = body.entries as { side: 'D' | 'C'; amount: string }[];
    const moved = entries.reduce(
      (sum, { side, amount }) => sum + (side === 'C' ? BigInt(amount) : -BigInt(amount)),
      0n,
    );

    expect(BigInt(String(body.opening)) + moved).toBe(BigInt(String(body.closing)));
    expect(xml.text).toContain('urn:iso:std:iso:20022:tech:xsd:camt.053.001.08');
  });

  test('settles what one bank owes another, and only once per id', async () => {
    const owed = async () => {
      const { body } = await get('cedar', '/v1/settlement-positions/cedar/maple');
      return (body.items as { outstanding: string }[])[0]?.outstanding;
    };
    expect(Number(await owed())).toBeGreaterThan(0);
    const body = { settlementId: 'settle-1', debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY' };

    await post(running.rest, 'cedar', { path: '/v1/settlements', body });
    const again = await send('cedar', '/v1/settlements', body);

    expect(again.status).toBe(201);
    expect(await owed()).toBe('0');
  });

  test('streams events and resumes at exactly the next one', async () => {
    const first = await readEvents(running, { count: 3 });
    const rest = await readEvents(running, { count: 2, lastEventId: first[0] });

    expect(rest).toEqual(first.slice(1, 3));
  });

  test('lets an auditor read a batch row out of its block, and tells when there is none', () => {
    const readRow = (...what: string[]) => {
      const args = [
        'read-row',
        ...what,
        '--data',
        running.dataFolder,
        '--port-base',
        String(running.portBase),
        '--json',
      ];
      const env = { ...process.env, NODE_OPTIONS: '' };
      const cli = join(import.meta.dirname, '../../network/cli.ts');
      const { status, stdout } = spawnSync(process.execPath, [cli, ...args], { encoding: 'utf8', env });
      return { status, answer: JSON.parse(stdout) };
    };
    const [first, second] = [readRow('cedar', '1'), readRow('cedar', '2')];

    expect(first).toMatchObject({ status: 0, answer: { lane: 'cedar', sequence: 1, intact: true, problems: [] } });
    expect(second).toMatchObject({ status: 0, answer: { intact: true, row: { previousHash: first.answer.hash } } });
    expect(readRow('cedar', '999999')).toEqual({
      status: 1,
      answer: { error: 'No block holds batch 999999 of cedar.' },
    });
  });

  test('withdraws no more than is available', async () => {
    const body = (amount: number) => ({ withdrawalId: `withdraw-${amount}`, amount: cny(amount) });
    const refused = await send('pine', '/v1/accounts/pine-8002/withdrawals', body(opening * 2));
    const booked = await send('pine', '/v1/accounts/pine-8002/withdrawals', body(77));
    withdrawn += 77n;

    expect(refused).toMatchObject({ status: 422, body: { code: 'ACCOUNTS_INSUFFICIENT_FUNDS' } });
    expect(booked.status).toBe(201);
  });
});

/** The ids of the first events after the given one, as the stream gives them. */
async function readEvents(
  { network }: RunningNetwork,
  { count, lastEventId }: { count: number; lastEventId?: string },
): Promise<string[]> {
  const token = await network.token({ bank: 'cedar', role: 'operator' });
  const gone = new AbortController();
  const response = await fetch(`${network.gatewayUrl('cedar')}/v1/events`, {
    headers: { authorization: `Bearer ${token}`, ...(lastEventId ? { 'last-event-id': lastEventId } : {}) },
    signal: AbortSignal.any([gone.signal, AbortSignal.timeout(20_000)]),
  });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const ids = [...text.matchAll(/^id: (\S+)$/gm)].map(([, id]) => id ?? '');
    if (ids.length >= count && text.endsWith('\n\n')) {
      gone.abort();
      return ids.slice(0, count);
    }
  }
  throw new Error('The stream ended early.');
}
