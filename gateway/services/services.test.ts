import { FabricFailure } from '../fabric/fabric-failure.ts';
import { eventually, type MemoryGateways, operator, startMemoryGateways } from '../testing/memory-gateways.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });

describe('gateway services over the chaincode in memory', () => {
  let gateways: MemoryGateways;

  beforeEach(async () => {
    gateways = await startMemoryGateways(['cedar', 'maple', 'centralbank']);
    const { settlement } = gateways.of('centralbank');
    await settlement.issue({ operationId: 'issue-cedar', bank: 'cedar', amount: CNY('1000000') }, operator);
    await settlement.issue({ operationId: 'issue-maple', bank: 'maple', amount: CNY('1000000') }, operator);
    for (const [bank, name] of [
      ['cedar', 'Alice'],
      ['maple', 'Bob'],
    ] as const) {
      const accounts = gateways.of(bank).accounts;
      const [opened] = await accounts.open(
        [{ accountId: `${bank}-1`, name, currency: 'CNY', customerId: `${name}-id`, iban: 'DE89370400440532013000' }],
        operator,
      );
      expect(opened).toMatchObject({ outcome: 'accepted' });
      await accounts.deposit({ depositId: `deposit-${bank}`, accountId: `${bank}-1`, amount: CNY('50000') }, operator);
    }
  });

  afterEach(async () => {
    await gateways.stop();
  });

  test('a payment across banks is accepted, received and settled, and both banks read its texts', async () => {
    const cedar = gateways.of('cedar');
    const maple = gateways.of('maple');
    const [outcome] = await cedar.payments.send(
      [
        {
          paymentId: 'p-1',
          debtorAccount: 'cedar-1',
          creditorAccount: 'maple-1',
          amount: CNY('700'),
          endToEndId: 'E2E-1',
          remittance: 'Invoice 7',
        },
      ],
      operator,
    );
    expect(outcome).toMatchObject({ outcome: 'accepted', result: { status: 'ACCEPTED' } });
    expect(
      JSON.stringify(gateways.fabric.blocks, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).not.toContain('Invoice 7');
    // Read your writes: no waiting here.
    expect(await cedar.readModel.findAccount('cedar-1')).toMatchObject({ booked: '49300', available: '49300' });

    await eventually('settled at maple', async () => (await maple.readModel.findPayment('p-1'))?.status === 'SETTLED');
    await eventually('settled at cedar', async () => (await cedar.readModel.findPayment('p-1'))?.status === 'SETTLED');
    expect(await maple.readModel.findPayment('p-1')).toMatchObject({ endToEndId: 'E2E-1', remittance: 'Invoice 7' });
    expect(await maple.readModel.findAccount('maple-1')).toMatchObject({ booked: '50700' });
    const { items } = await maple.readModel.listEntries('maple-1', {});
    expect(items[0]).toMatchObject({
      side: 'C',
      amount: '700',
      balance: '50700',
      reference: 'p-1',
      counterparty: 'cedar-1',
      remittance: 'Invoice 7',
    });
  });

  test('a repeated payment answers the first result although its ciphertext differs', async () => {
    const { payments } = gateways.of('cedar');
    const payment = {
      paymentId: 'p-2',
      debtorAccount: 'cedar-1',
      creditorAccount: 'maple-1',
      amount: CNY('5'),
      remittance: 'twice',
    };
    const [first] = await payments.send([payment], operator);
    const [again] = await payments.send([payment], operator);
    const [changed] = await payments.send([{ ...payment, remittance: 'other' }], operator);
    if (first?.outcome !== 'accepted') throw new Error('not accepted');
    const { transactionId, blockNumber, result } = first;
    expect(again).toEqual({ outcome: 'replayed', transactionId, blockNumber, result });
    expect(changed).toMatchObject({ outcome: 'refused', code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' });
  });

  test('opening an account again is a replay, with another name a conflict that keeps the first details', async () => {
    const { accounts } = gateways.of('cedar');
    const account = {
      accountId: 'cedar-1',
      name: 'Alice',
      currency: 'CNY',
      customerId: 'Alice-id',
      iban: 'DE89370400440532013000',
    };
    const [again] = await accounts.open([account], operator);
    const [changed] = await accounts.open([{ ...account, name: 'Mallory' }], operator);
    expect(again).toMatchObject({ outcome: 'replayed' });
    expect(changed).toMatchObject({ outcome: 'refused', code: 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD' });
    expect(await accounts.findDetails('cedar-1')).toEqual({
      accountId: 'cedar-1',
      name: 'Alice',
      customerId: 'Alice-id',
      iban: 'DE89370400440532013000',
    });
    expect(await accounts.listAccountsOf('Alice-id')).toEqual(['cedar-1']);
    expect(await gateways.of('maple').accounts.findDetails('cedar-1')).toBeUndefined();
  });

  test('a bank that publishes no real key holds up only payments with texts to it', async () => {
    const encryptionKey = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n';
    const maple = gateways.of('maple');
    await maple.operations.submitOne({
      operation: 'accounts:publishProfile',
      request: { encryptionKey },
      requester: operator,
    });
    const cedar = gateways.of('cedar');
    const isPublication = ({ type, lane }: { type: string; lane: string }) =>
      type === 'ProfilePublished' && lane === 'maple';
    await eventually(
      'published',
      async () => (await cedar.readModel.listEvents(undefined, 500)).filter(isPublication).length === 2,
    );
    const payment = { debtorAccount: 'cedar-1', creditorAccount: 'maple-1', amount: CNY('1') };
    const outcomes = await cedar.payments.send(
      [
        { ...payment, paymentId: 'k-1', remittance: 'sealed' },
        { ...payment, paymentId: 'k-2' },
      ],
      operator,
    );
    expect(outcomes).toMatchObject([
      { outcome: 'failed', code: 'GATEWAY_RECEIVER_KEY_UNKNOWN' },
      { outcome: 'accepted' },
    ]);
  });

  test('neither the deposit of details nor what the ledger keeps of it holds who the customer is', async () => {
    const { fabric } = gateways;
    const sent: string[] = [];
    fabric.fault = ({ call }) => {
      sent.push(call?.argument ?? '');
      for (const bytes of Object.values(call?.transient ?? {})) sent.push(Buffer.from(bytes).toString());
      return undefined;
    };
    const { accounts } = gateways.of('cedar');
    const account = { accountId: 'cedar-w', name: 'Wang Wei', currency: 'CNY', customerId: 'C-77310' };
    const iban = 'DE89370400440532013000';
    const [opened, again] = [
      await accounts.open([{ ...account, iban }], operator),
      await accounts.open([{ ...account, iban }], operator),
    ];
    expect([opened, again]).toMatchObject([[{ outcome: 'accepted' }], [{ outcome: 'replayed' }]]);
    const kept = fabric.blocks
      .flatMap(({ transactions }) => transactions.flatMap(({ privateWrites }) => privateWrites))
      .filter(({ key, value }) => key.startsWith('account-details/') && Buffer.from(value ?? []).includes('"cedar-w"'))
      .map(({ value }) => Buffer.from(value ?? []).toString());
    expect(kept).toHaveLength(1);
    expect(sent.some((text) => text.includes(kept[0] ?? ''))).toBe(true);
    for (const secret of ['Wang Wei', 'C-77310', iban]) expect([...sent, ...kept].join('\n')).not.toContain(secret);
    expect(await accounts.findDetails('cedar-w')).toMatchObject({ name: 'Wang Wei', customerId: 'C-77310', iban });
  });

  test('rows that cannot be received together are received one by one', async () => {
    const { fabric } = gateways;
    const inbox = () => (fabric.row('maple', 'lane/0/head') as { inbox: { cedar?: number } }).inbox.cedar ?? 0;
    let rowsAtOnceMax = 0;
    fabric.fault = ({ step, call }) => {
      const upTo = /"payments:receive".*?"upTo":(\d+)/.exec(Buffer.from(call?.transient?.batch ?? []).toString())?.[1];
      return step === 'endorse' && upTo !== undefined && BigInt(upTo) - BigInt(inbox()) > rowsAtOnceMax
        ? 'rejected'
        : undefined;
    };
    const { payments } = gateways.of('cedar');
    for (const paymentId of ['o-1', 'o-2', 'o-3']) {
      await payments.send(
        [{ paymentId, debtorAccount: 'cedar-1', creditorAccount: 'maple-1', amount: CNY('1') }],
        operator,
      );
    }
    rowsAtOnceMax = 1;
    await eventually('received', () => inbox() === 3);
  });

  test('a batch names the banks whose directories have grown since the last one', async () => {
    const grown: string[][] = [];
    gateways.fabric.fault = ({ step, call }) => {
      if (step === 'endorse' && call?.chaincode === 'cedar' && call.transactionName === 'lane:submit') {
        grown.push(JSON.parse(call.argument ?? '').grown ?? []);
      }
      return undefined;
    };
    let count = 0;
    const isNamed = async () => {
      count += 1;
      const depositId = `named-${count}`;
      await gateways.of('cedar').accounts.deposit({ depositId, accountId: 'cedar-1', amount: CNY('1') }, operator);
      return grown.at(-1)?.includes('maple') === true;
    };
    await eventually('no news', async () => !(await isNamed()));
    await gateways.of('maple').accounts.open([{ accountId: 'maple-2', name: 'Ben', currency: 'CNY' }], operator);
    await eventually('news', isNamed);
    expect(await isNamed()).toBe(false);
  });

  test('refusals are answered from the endorsement, without a block', async () => {
    const before = gateways.fabric.blocks.length;
    const outcomes = await gateways.of('cedar').payments.send(
      [
        { paymentId: 'r-1', debtorAccount: 'cedar-1', creditorAccount: 'maple-1', amount: CNY('99999999') },
        { paymentId: 'r-2', debtorAccount: 'cedar-1', creditorAccount: 'maple-9', amount: CNY('1') },
      ],
      operator,
    );
    expect(outcomes).toMatchObject([
      { outcome: 'refused', code: 'PAYMENTS_INSUFFICIENT_FUNDS' },
      { outcome: 'refused', code: 'PAYMENTS_CREDITOR_UNKNOWN' },
    ]);
    expect(gateways.fabric.blocks).toHaveLength(before);
  });

  test('traffic above a pair limit is settled on the way instead of refused', async () => {
    await gateways
      .of('centralbank')
      .settlement.setLimit(
        { debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY', limit: '1000', settleAtShare: 5000 },
        operator,
      );
    const payments = Array.from({ length: 10 }, (_, index) => ({
      paymentId: `l-${index}`,
      debtorAccount: 'cedar-1',
      creditorAccount: 'maple-1',
      amount: CNY('300'),
    }));
    const outcomes = await gateways.of('cedar').payments.send(payments, operator);
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(payments.map(() => 'accepted'));
    const [tooLarge] = await gateways
      .of('cedar')
      .payments.send(
        [{ paymentId: 'l-x', debtorAccount: 'cedar-1', creditorAccount: 'maple-1', amount: CNY('1001') }],
        operator,
      );
    expect(tooLarge).toMatchObject({ outcome: 'refused', code: 'PAYMENTS_LIMIT_EXCEEDED' });
    await eventually('settled by itself', async () =>
      (await gateways.of('cedar').readModel.listPositions()).every(
        ({ outstanding, limit }) => BigInt(outstanding) * 2n < BigInt(limit),
      ),
    );
  });

  test('a hold keeps funds, is posted in part, and an expired one is released by itself', async () => {
    const { payments, readModel } = gateways.of('cedar');
    const hold = (holdId: string, seconds: number) => ({
      holdId,
      debtorAccount: 'cedar-1',
      creditorAccount: 'maple-1',
      amount: CNY('100'),
      expiresAt: new Date(gateways.fabric.milliseconds + seconds * 1000).toISOString(),
    });
    await payments.hold(hold('h-1', 3600), operator);
    await payments.hold(hold('h-2', 60), operator);
    expect(await readModel.findAccount('cedar-1')).toMatchObject({ booked: '50000', available: '49800' });
    await payments.post({ holdId: 'h-1', amount: CNY('40') }, operator);
    expect(await readModel.findAccount('cedar-1')).toMatchObject({ booked: '49960', available: '49860' });
    gateways.fabric.milliseconds += 61_000;
    await eventually('expired', async () => (await readModel.findPayment('h-2'))?.status === 'EXPIRED');
    expect(await readModel.findAccount('cedar-1')).toMatchObject({ booked: '49960', available: '49960' });
    await eventually('posted part settled', async () => (await readModel.findPayment('h-1'))?.status === 'SETTLED');
    expect(await readModel.findPayment('h-1')).toMatchObject({ amount: CNY('40') });
  });

  test('a settlement waits for an endorser that has not committed the batch it names', async () => {
    const { settlement } = gateways.of('centralbank');
    const payment = { paymentId: 'p-1', debtorAccount: 'cedar-1', creditorAccount: 'maple-1', amount: CNY('700') };
    await gateways.of('cedar').payments.send([payment], operator);
    const { readModel } = gateways.of('centralbank');
    await eventually('delivered', async () =>
      (await readModel.listPositions()).some(
        ({ debtorBank, received }) => debtorBank === 'cedar' && received === '700',
      ),
    );
    let behind = 2;
    gateways.fabric.fault = ({ step, call }) => {
      if (step !== 'endorse' || call?.transactionName !== 'settlement:settlePair' || behind === 0) return undefined;
      behind -= 1;
      const facts = { params: { bank: 'cedar', sequence: 3 }, mspIds: [], connectionLost: false };
      return new FabricFailure({ kind: 'contract', code: 'SETTLEMENT_BATCH_NOT_FOUND', ...facts });
    };

    const pair = { debtorBank: 'cedar', creditorBank: 'maple', currency: 'CNY' };
    expect(await settlement.settlePair({ settlementId: 's-1', ...pair })).toMatchObject({ result: { amount: '700' } });
    expect(behind).toBe(0);
  });

  test('the rest of a settlement that the balance cut short follows when there is balance again', async () => {
    const EUR = (amount: string) => ({ amount, currency: 'EUR' });
    const { settlement } = gateways.of('centralbank');
    for (const [bank, amount] of [
      ['maple', '1000'],
      ['cedar', '100'],
    ] as const) {
      await settlement.issue({ operationId: `euro-${bank}`, bank, amount: EUR(amount) }, operator);
      await gateways.of(bank).accounts.open([{ accountId: `${bank}-2`, name: 'Carol', currency: 'EUR' }], operator);
    }
    const terms = { debtorBank: 'cedar', creditorBank: 'maple', currency: 'EUR', limit: '1000', settleAtShare: 5000 };
    await settlement.setLimit(terms, operator);
    const [cedar, maple] = [gateways.of('cedar'), gateways.of('maple')];
    await maple.accounts.deposit({ depositId: 'euro', accountId: 'maple-2', amount: EUR('1000') }, operator);
    const there = { paymentId: 'there', debtorAccount: 'maple-2', creditorAccount: 'cedar-2', amount: EUR('900') };
    await maple.payments.send([there], operator);
    await eventually('received', async () => (await cedar.readModel.findAccount('cedar-2'))?.booked === '900');
    const back = { paymentId: 'back', debtorAccount: 'cedar-2', creditorAccount: 'maple-2', amount: EUR('800') };
    await cedar.payments.send([back], operator);

    const settledOf = async () =>
      (await cedar.readModel.listPositions()).find((row) => row.debtorBank === 'cedar' && row.currency === 'EUR');
    await eventually('settled as far as the balance reached', async () => (await settledOf())?.settled === '100');
    await settlement.issue({ operationId: 'euro-more', bank: 'cedar', amount: EUR('700') }, operator);
    await eventually('the rest is settled', async () => (await settledOf())?.settled === '800');
  });
});
