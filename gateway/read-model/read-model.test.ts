import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sealDetails } from '../secrets/account-details.ts';
import { readSecrets } from '../secrets/secrets.ts';
import { createAccountDetailsStore } from '../services/account-details-store.ts';
import { MemoryFabric } from '../testing/memory-fabric.ts';
import { eventually, type MemoryGateways, operator, startMemoryGateways } from '../testing/memory-gateways.ts';
import { openProjector, type Projector } from './projector.ts';
import { type TableName, tables } from './schema.ts';
import type { ReadModelConfig } from './types.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });
const folder = mkdtempSync(join(tmpdir(), 'tangram-read-model-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A PostgreSQL to test against, with a database of its own per run; node:sqlite is always tested. */
const postgresUrl = process.env.TANGRAM_TEST_POSTGRES_URL;
const kinds: ReadModelConfig['kind'][] = postgresUrl ? ['sqlite', 'postgres'] : ['sqlite'];

let count = 0;
function freshConfig(kind: ReadModelConfig['kind']): ReadModelConfig {
  count += 1;
  if (kind === 'sqlite') return { kind, file: join(folder, `${count}.sqlite`) };
  return { kind, url: `${postgresUrl}?options=-csearch_path%3Dtest_${count}` };
}

async function dump(projector: Projector): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const [name, { key }] of Object.entries(tables)) {
    let query = projector.database.db.selectFrom(name as TableName).selectAll();
    for (const column of key) query = query.orderBy(column as never);
    all[name] = await query.execute();
  }
  return all;
}

async function openAccounts(gateways: MemoryGateways): Promise<void> {
  const { settlement } = gateways.of('centralbank');
  for (const bank of ['cedar', 'maple']) {
    await settlement.issue({ operationId: `issue-${bank}`, bank, amount: CNY('1000000') }, operator);
    const { accounts } = gateways.of(bank);
    const details = [1, 2].map((n) => ({ accountId: `${bank}-${n}`, name: `${bank} ${n}`, currency: 'CNY' }));
    await accounts.open(details, operator);
    await accounts.deposit({ depositId: `d-${bank}`, accountId: `${bank}-1`, amount: CNY('1000') }, operator);
  }
}

describe.each(kinds)('read model on %s', (kind) => {
  let gateways: MemoryGateways;
  const openOwn = (organization: string) =>
    openProjector({
      config: freshConfig(kind),
      organization,
      namespaces: ['cedar', 'maple', 'pine', 'willow', 'centralbank', 'consortium'],
      secrets: readSecrets(gateways.configOf(organization)),
    });
  const pay = (paymentId: string, creditorAccount: string, amount: string) =>
    gateways
      .of('cedar')
      .payments.send(
        [{ paymentId, debtorAccount: 'cedar-1', creditorAccount, amount: CNY(amount), remittance: 'secret' }],
        operator,
      );

  beforeEach(async () => {
    gateways = await startMemoryGateways(['cedar', 'maple', 'pine', 'centralbank'], () => ({
      readModel: freshConfig(kind),
    }));
    await openAccounts(gateways);
  });

  afterEach(async () => {
    await gateways.stop();
  });

  test('projected again from block 0 it holds the same rows', async () => {
    const { payments, readModel } = gateways.of('cedar');
    await pay('p-1', 'maple-1', '100');
    await pay('p-2', 'cedar-2', '50');
    await eventually('settled', async () => (await readModel.findPayment('p-1'))?.status === 'SETTLED');
    const refund = { refundId: 'r-1', paymentId: 'p-1', debtorBank: 'cedar', amount: CNY('30') };
    await gateways.of('maple').payments.refund(refund, operator);
    await payments.reverse({ reversalId: 'v-1', paymentId: 'p-2', reason: 'DUPL' }, operator);
    await eventually('refunded', async () => (await readModel.findPayment('r-1'))?.status === 'SETTLED');
    expect(await readModel.findPayment('p-1')).toMatchObject({ refunded: '30' });
    expect(await readModel.findPayment('p-2')).toMatchObject({ reversal: 'DONE', reversalId: 'v-1' });

    const [first, second] = [await openOwn('cedar'), await openOwn('cedar')];
    for (const block of gateways.fabric.blocks) await first.apply(block);
    for (const block of gateways.fabric.blocks.slice(0, 5)) await second.apply(block);
    await second.reset();
    for (const block of gateways.fabric.blocks) await second.apply(block);
    expect(await dump(second)).toEqual(await dump(first));
    expect((await dump(first)).payment).toHaveLength(3);
    await Promise.all([first.close(), second.close()]);
  });

  test('a block is applied once, in order, and only of the same ledger', async () => {
    const projector = await openOwn('cedar');
    const [zero, one, two] = gateways.fabric.blocks;
    if (!zero || !one || !two) throw new Error('too few blocks');
    expect(await projector.apply(zero)).toBe('applied');
    expect(await projector.apply(zero)).toBe('seen');
    await expect(projector.apply(two)).rejects.toThrow('expected block 1');
    const other = new MemoryFabric();
    expect(other.blocks).toHaveLength(0);
    expect(await projector.apply({ ...one, previousHash: 'of another ledger' })).toBe('other-ledger');
    expect(await projector.apply(one)).toBe('applied');
    await projector.close();
  });

  test("a bank's read model holds nothing of customers of other banks", async () => {
    await pay('p-1', 'maple-1', '100');
    const pine = await openOwn('pine');
    const maple = await openOwn('maple');
    for (const block of gateways.fabric.blocks) {
      await pine.apply(block);
      await maple.apply(block);
    }
    const text = (rows: unknown) =>
      JSON.stringify(rows, (_, value) => (typeof value === 'bigint' ? `${value}` : value));
    // Holders of lanes have hex digits where accounts end.
    expect(text(await dump(pine))).not.toMatch(/(cedar|maple)-1(?![0-9a-f])|secret/);
    expect(text(await dump(maple))).not.toMatch(/cedar-2(?![0-9a-f])|cedar 1/);
    await Promise.all([pine.close(), maple.close()]);
  });

  test('an account is held by whom it was opened for, whatever else was deposited for it', async () => {
    const { fabric } = gateways;
    const store = createAccountDetailsStore(fabric.clientOf('CedarMSP'), 'cedar');
    const secrets = readSecrets(gateways.configOf('cedar'));
    const deposit = (accountId: string, name: string) =>
      store.deposit([sealDetails(secrets, { accountId, name, customerId: 'C-2', iban: 'DE89370400440532013000' })]);
    await deposit('cedar-1', 'Somebody else');
    await deposit('cedar-3', 'Too early');
    const { accounts, readModel } = gateways.of('cedar');
    const last = BigInt(fabric.blocks.length - 1);
    await eventually('projected', () => Promise.resolve((readModel.appliedBlock() ?? -1n) >= last));
    expect(await accounts.findDetails('cedar-1')).toEqual({ accountId: 'cedar-1', name: 'cedar 1' });
    expect(await accounts.findDetails('cedar-3')).toBeUndefined();
    expect(await accounts.listAccountsOf('C-2')).toEqual([]);
    expect(await accounts.listAccountsByIban('DE89370400440532013000')).toEqual([]);

    const account = { accountId: 'cedar-3', name: 'Chen', currency: 'CNY', customerId: 'C-3' };
    expect(await accounts.open([account], operator)).toMatchObject([{ outcome: 'accepted' }]);
    expect(await accounts.findDetails('cedar-3')).toMatchObject({ name: 'Chen', customerId: 'C-3' });
    expect(await accounts.listAccountsOf('C-3')).toEqual(['cedar-3']);
  });

  test('many accounts share a page of details, and each is found', async () => {
    const ids = Array.from({ length: 501 }, (_, index) => `cedar-many-${index}`);
    const { accounts } = gateways.of('cedar');
    const named = ids.map((accountId) => ({ accountId, name: `Holder of ${accountId}`, currency: 'CNY' }));
    const opened = await accounts.open([...named, { ...named[0]!, name: 'Another' }], operator);
    const accepted = opened.slice(0, ids.length);
    expect(accepted.every(({ outcome }) => outcome === 'accepted')).toBe(true);
    expect(opened.at(-1)).toMatchObject({ outcome: 'refused', code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' });
    const pages = gateways.fabric.blocks.flatMap(({ transactions }) =>
      transactions.flatMap(({ privateWrites }) =>
        privateWrites.filter(({ value }) => Buffer.from(value ?? []).includes('cedar-many-')),
      ),
    );
    expect(pages).toHaveLength(2);
    for (const accountId of [ids[0], ids[499], ids[500]] as string[]) {
      expect(await accounts.findDetails(accountId)).toEqual({ accountId, name: `Holder of ${accountId}` });
    }
    // Who asks again, alone, names the page that is there.
    const sent: string[] = [];
    gateways.fabric.fault = ({ call }) => {
      sent.push(Buffer.from(call?.transient?.batch ?? []).toString('latin1'));
      return undefined;
    };
    expect(await accounts.open([named[7]!], operator)).toMatchObject([{ outcome: 'replayed' }]);
    const page = gateways.fabric.row('cedar', 'account/cedar-many-7') as { detailsPage: string };
    expect(sent.join()).toContain(Buffer.from(page.detailsPage, 'hex').toString('latin1'));
  });

  test('an account is opened with the details that it was asked for, where the first of two askings is refused', async () => {
    const { accounts } = gateways.of('cedar');
    const askings = [
      { accountId: 'cedar-9', name: 'Refused', currency: 'XAU' },
      { accountId: 'cedar-9', name: 'Opened', currency: 'CNY' },
    ];
    expect(await accounts.open(askings, operator)).toMatchObject([{ outcome: 'refused' }, { outcome: 'accepted' }]);
    expect(await accounts.findDetails('cedar-9')).toMatchObject({ name: 'Opened' });
  });

  test('records that are deposited at the same time are in the pages that are told', async () => {
    const store = createAccountDetailsStore(gateways.fabric.clientOf('CedarMSP'), 'cedar');
    const secrets = readSecrets(gateways.configOf('cedar'));
    const record = (accountId: string) => sealDetails(secrets, { accountId, name: accountId });
    const groups = [1, 300, 300, 500].map((size, group) =>
      Array.from({ length: size }, (_, index) => record(`cedar-g${group}-${index}`)),
    );
    // While the first is under way the others wait, and go together.
    const told = await Promise.all(groups.map((group) => store.deposit(group)));
    const pages = new Map(
      gateways.fabric.blocks.flatMap(({ transactions }) =>
        transactions.flatMap(({ privateWrites }) =>
          privateWrites.map(({ key, value }) => [key, Buffer.from(value ?? []).toString()] as const),
        ),
      ),
    );
    expect(new Set(told.flat()).size).toBe(4);
    groups.forEach((group, index) => {
      const missing = group.filter(
        ({ sealed }, at) => !pages.get(`account-details/${told[index]?.[at]}`)?.includes(sealed),
      );
      expect(missing).toEqual([]);
    });
  });

  test('opening balance, entries and closing balance of a statement add up', async () => {
    const { readModel } = gateways.of('cedar');
    await pay('s-1', 'cedar-2', '10');
    const from = new Date(gateways.fabric.milliseconds + 1).toISOString();
    await pay('s-2', 'cedar-2', '20');
    await pay('s-3', 'cedar-2', '30');
    const to = new Date(gateways.fabric.milliseconds + 1).toISOString();
    await pay('s-4', 'cedar-2', '40');
    const statement = await readModel.statement('cedar-1', { from, to });
    expect(statement).toMatchObject({ opening: '990', closing: '940' });
    expect(statement?.entries.map(({ amount, side }) => [side, amount])).toEqual([
      ['D', '20'],
      ['D', '30'],
    ]);
    expect(await readModel.statement('cedar-9', { from, to })).toBeUndefined();
  });

  test('pages through payments and entries without gap or repetition', async () => {
    const { readModel } = gateways.of('cedar');
    for (let index = 0; index < 5; index += 1) await pay(`g-${index}`, 'cedar-2', '1');
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await readModel.listPayments({ accounts: ['cedar-1'], limit: 2, cursor });
      seen.push(...page.items.map(({ paymentId }) => paymentId));
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    expect(seen).toEqual(['g-4', 'g-3', 'g-2', 'g-1', 'g-0']);
    const entries = await readModel.listEntries('cedar-1', { limit: 3 });
    expect(entries.items.map(({ balance }) => balance)).toEqual(['995', '996', '997']);
    expect((await readModel.listPayments({ status: 'ACCEPTED' })).items).toEqual([]);
  });

  test('a list of several accounts holds each payment once, newest first', async () => {
    const { readModel } = gateways.of('cedar');
    for (const [id, creditor] of [
      ['m-1', 'cedar-2'],
      ['m-2', 'maple-1'],
      ['m-3', 'cedar-2'],
      ['m-4', 'maple-2'],
    ] as const)
      await pay(id, creditor, '1');
    const accounts = ['cedar-1', 'cedar-2', 'cedar-9'];
    const first = await readModel.listPayments({ accounts, limit: 3 });
    const second = await readModel.listPayments({ accounts, limit: 3, cursor: first.nextCursor ?? '' });
    const ids = [...first.items, ...second.items].map(({ paymentId }) => paymentId);
    expect(ids).toEqual(['m-4', 'm-3', 'm-2', 'm-1']);
    expect(second.nextCursor).toBeNull();
    const received = await readModel.listPayments({ accounts: ['cedar-2'] });
    expect(received.items.map(({ paymentId }) => paymentId)).toEqual(['m-3', 'm-1']);
  });

  test("a cursor of one account's entries opens no other account", async () => {
    const { readModel } = gateways.of('cedar');
    for (const id of ['c-1', 'c-2', 'c-3']) await pay(id, 'maple-1', '1');
    const { nextCursor } = await readModel.listEntries('cedar-1', { limit: 1 });
    expect((await readModel.listEntries('cedar-1', { limit: 1, cursor: nextCursor ?? '' })).items).toHaveLength(1);
    expect((await readModel.listEntries('cedar-2', { limit: 1, cursor: nextCursor ?? '' })).items).toEqual([]);
  });

  test('a payment to an account that closes on the way is returned at both banks', async () => {
    gateways.fabric.fault = ({ step, call }) =>
      step === 'endorse' && Buffer.from(call?.transient?.batch ?? []).includes('payments:receive')
        ? 'rejected'
        : undefined;
    await pay('p-back', 'maple-2', '77');
    await gateways.of('maple').accounts.close('maple-2', operator);
    gateways.fabric.fault = () => undefined;
    const statusAt = async (bank: string) => (await gateways.of(bank).readModel.findPayment('p-back'))?.status;
    await eventually('returned at cedar', async () => (await statusAt('cedar')) === 'RETURNED');
    await eventually('returned at maple', async () => (await statusAt('maple')) === 'RETURNED');
    const { readModel } = gateways.of('cedar');
    await eventually('credited back', async () => (await readModel.findAccount('cedar-1'))?.booked === '1000');
  });

  test('events of blocks that are no longer in memory are read from the ledger again', async () => {
    const { readModel } = gateways.of('cedar');
    const { length } = gateways.fabric.blocks;
    for (let index = 0; index < 40; index += 1) await pay(`b-${index}`, 'cedar-2', '1');
    expect(gateways.fabric.blocks.length).toBeGreaterThanOrEqual(length + 40);
    const seen: string[] = [];
    for (let after: string | undefined; ; ) {
      const events = await readModel.listEvents(after, 7);
      if (events.length === 0) break;
      seen.push(
        ...events.flatMap(({ data }) => (String(data.paymentId).startsWith('b-') ? [String(data.paymentId)] : [])),
      );
      after = events.at(-1)?.id;
    }
    expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => `b-${index}`));
  });

  test('events resume exactly after an id and carry the same ids at every gateway', async () => {
    await pay('e-1', 'maple-1', '5');
    const cedar = await gateways.of('cedar').readModel.listEvents(undefined, 100);
    const accepted = cedar.findIndex(({ data }) => data.paymentId === 'e-1');
    expect(cedar[accepted]).toMatchObject({ type: 'PaymentAccepted', accounts: ['cedar-1', 'maple-1'] });
    const rest = await gateways.of('cedar').readModel.listEvents(cedar[accepted - 1]?.id, 100);
    expect(rest[0]).toEqual(cedar[accepted]);
    await eventually('maple has it too', async () =>
      (await gateways.of('maple').readModel.listEvents(undefined, 100)).some(({ id }) => id === cedar[accepted]?.id),
    );
  });
});
