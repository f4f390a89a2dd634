import { XmlDocument } from 'libxml2-wasm';
import { type MessageName, validate } from '../iso20022/schemas.ts';
import { customer, type MemoryApi, openBooks, regulator, startMemoryApi } from '../testing/memory-api.ts';
import { file, ibanAccount, information, otherAccount, transfer } from '../testing/pain001.ts';

/** Texts of all elements of a name, after the message has passed its schema. */
function valuesOf(xml: string, message: MessageName, name: string): string[] {
  const document = XmlDocument.fromString(xml);
  try {
    expect(validate(document, message)).toBeUndefined();
    return document.find(`//*[local-name()='${name}']`).map((node) => node.content);
  } finally {
    document.dispose();
  }
}

describe('ISO 20022 through REST', () => {
  let api: MemoryApi;
  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'maple', 'centralbank'], { bics: { cedar: 'CEDACNBJ', maple: 'MAPLCNBJ' } });
    await openBooks(api, ['cedar', 'maple']);
  });
  afterAll(() => api.stop());

  const send = (xml: string, more: { as?: object; headers?: Record<string, string> } = {}) =>
    api.call({
      method: 'POST',
      path: '/v1/payment-initiations',
      body: xml,
      ...more,
      headers: { 'content-type': 'application/xml', ...more.headers },
    });
  const report = (text: string, name: string) => valuesOf(text, 'pain.002.001.10', name);

  test('carries out a file once, and reports every transaction with its own ids', async () => {
    const uetr = '0198f1a2-7c3e-4d10-9a55-0c2f6f1f2b11';
    const transfers = [
      transfer({
        endToEndId: 'in-house &amp; &lt;1&gt;',
        amount: '1.50',
        creditorAccount: ibanAccount('GB29NWBK60161331926819'),
      }),
      transfer({
        instructionId: 'I-2',
        endToEndId: 'across',
        uetr,
        amount: '2',
        creditorAccount: otherAccount('maple-bob'),
        creditorAgent: '<FinInstnId><BICFI>MAPLCNBJXXX</BICFI></FinInstnId>',
        remittance: '<Ustrd>工资 &amp; bonus</Ustrd>',
      }),
    ];
    const xml = file({
      messageId: 'ONCE',
      controlSum: '3.5',
      informations: [information({ transfers, debtorAccount: ibanAccount('DE89370400440532013000') })],
    });
    const first = await send(xml, { as: customer('C-alice') });
    const again = await send(xml, { as: customer('C-alice') });

    expect(first).toMatchObject({
      status: 200,
      headers: { 'content-type': expect.stringContaining('application/xml') },
    });
    expect(report(first.text, 'OrgnlMsgId')).toEqual(['ONCE']);
    expect(report(first.text, 'GrpSts')).toEqual(['ACSP']);
    expect(report(first.text, 'TxSts')).toEqual(['ACCC', 'ACSP']);
    expect(report(first.text, 'OrgnlEndToEndId')).toEqual(['in-house & <1>', 'across']);
    expect(report(first.text, 'OrgnlInstrId')).toEqual(['I-2']);
    expect(report(first.text, 'OrgnlUETR')).toEqual([uetr]);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect((await api.call({ path: '/v1/accounts/cedar-alice' })).body.booked).toBe('9650');

    const [, paymentId] = report(first.text, 'AcctSvcrRef');
    const { body } = await api.call({ path: `/v1/payments/${paymentId}` });
    expect(body).toMatchObject({
      amount: { amount: '200', currency: 'CNY' },
      endToEndId: 'across',
      uetr,
      remittance: '工资 & bonus',
    });
  });

  test.each([
    ['too little money', transfer({ amount: '9999999' }), 'AM04', 'PAYMENTS_INSUFFICIENT_FUNDS'],
    [
      'an unknown creditor',
      transfer({ creditorAccount: otherAccount('maple-nobody') }),
      'AC03',
      'PAYMENTS_CREDITOR_UNKNOWN',
    ],
    [
      'an IBAN of nobody',
      transfer({ creditorAccount: ibanAccount('FR1420041010050500013M02606') }),
      'AC03',
      'ISO20022_CREDITOR_ACCOUNT_UNKNOWN',
    ],
    [
      'an account that is no id',
      transfer({ creditorAccount: otherAccount('Konto 7') }),
      'AC03',
      'ISO20022_CREDITOR_ACCOUNT_UNKNOWN',
    ],
    ['no creditor account', transfer({ creditorAccount: '' }), 'AC03', 'ISO20022_CREDITOR_ACCOUNT_MISSING'],
    [
      'another bank’s BIC',
      transfer({ creditorAgent: '<FinInstnId><BICFI>MAPLCNBJ</BICFI></FinInstnId>' }),
      'RC01',
      'ISO20022_AGENT_UNKNOWN',
    ],
    ['a currency that is none', transfer({ currency: 'XXX' }), 'AM11', 'ISO20022_CURRENCY_UNKNOWN'],
    ['a currency of other accounts', transfer({ currency: 'USD' }), 'AM03', 'PAYMENTS_DEBTOR_CURRENCY_MISMATCH'],
    ['a tenth of a fen', transfer({ amount: '0.001' }), 'AM12', 'ISO20022_AMOUNT_TOO_PRECISE'],
    ['nothing', transfer({ amount: '0' }), 'AM01', 'CORE_AMOUNT_NOT_POSITIVE'],
  ])('rejects %s and carries out its neighbour', async (what, bad, reason, code) => {
    const informations = [information({ transfers: [bad, transfer({ amount: '0.01' })] })];
    const { text } = await send(file({ messageId: what.slice(0, 35), informations }));

    expect(report(text, 'TxSts')).toEqual(['RJCT', 'ACCC']);
    expect(report(text, 'GrpSts')).toEqual(['PART']);
    expect(report(text, 'Cd')).toEqual([reason]);
    expect(report(text, 'AddtlInf')[0]).toBe(code);
  });

  test.each([
    ['an unknown debtor', { debtorAccount: otherAccount('cedar-nobody') }, 'AC02'],
    [
      'the account of another bank',
      { debtorAccount: otherAccount('maple-alice'), debtorAgent: '<FinInstnId/>' },
      'AG01',
    ],
    ['another bank as debtor agent', { debtorAgent: '<FinInstnId><Othr><Id>maple</Id></Othr></FinInstnId>' }, 'RC01'],
    ['a day to come', { date: '<Dt>2026-01-07</Dt>' }, 'DT01'],
  ])('rejects all of a payment information with %s', async (what, parts, reason) => {
    const transfers = [transfer(), transfer()];
    const { text } = await send(file({ messageId: what, informations: [information({ ...parts, transfers })] }));

    expect(report(text, 'PmtInfSts')).toEqual(['RJCT']);
    expect(report(text, 'Cd')).toEqual([reason, reason]);
  });

  test('rejects the debit of an account that is not the customer’s', async () => {
    const { text } = await send(file({ messageId: 'FOREIGN' }), { as: customer('C-bob') });

    expect(report(text, 'Cd')).toEqual(['AG01']);
  });

  test('tells a customer the same of a foreign IBAN and of one that nobody has', async () => {
    const ask = async (iban: string) => {
      const informations = [information({ debtorAccount: ibanAccount(iban) })];
      const { text } = await send(file({ messageId: iban.slice(0, 35), informations }), { as: customer('C-mallory') });
      return report(text, 'StsRsnInf');
    };

    expect(await ask('DE89370400440532013000')).toEqual(await ask('FR1420041010050500013M02606'));
  });

  test('pays under the holder’s name and says when the file gives another', async () => {
    const informations = [
      information({
        debtor: '<Nm>The Central Bank</Nm>',
        transfers: [transfer({ creditorAccount: otherAccount('maple-bob') })],
      }),
    ];
    const { text } = await send(file({ messageId: 'NAME', informations }));
    const [paymentId] = report(text, 'AcctSvcrRef');
    const { body } = await api.call({ path: `/v1/payments/${paymentId}` });

    expect(report(text, 'Cd')).toEqual(['NARR']);
    expect(body.debtorName).toBe('alice');
  });

  test('carries out a past date at once and says so', async () => {
    const { text } = await send(
      file({ messageId: 'LATE', informations: [information({ date: '<Dt>2025-12-01</Dt>' })] }),
    );

    expect(report(text, 'TxSts')).toEqual(['ACCC']);
    expect(report(text, 'Cd')).toEqual(['DT06']);
  });

  test.each([
    ['a wrong count', { count: '3' }, 'AM18'],
    ['a wrong sum', { controlSum: '1' }, 'AM10'],
    ['an information twice', { informations: [information(), information()] }, 'DU02'],
  ])('rejects the group for %s, and books nothing', async (what, parts, reason) => {
    const before = api.gateways.fabric.blocks.length;
    const { status, text } = await send(file({ messageId: what, ...parts }));

    expect(status).toBe(200);
    expect(report(text, 'GrpSts')).toEqual(['RJCT']);
    expect(report(text, 'Cd')).toEqual([reason]);
    expect(report(text, 'TxSts')).toEqual([]);
    expect(api.gateways.fabric.blocks.length).toBe(before);
  });

  test('answers what it does not support as a problem with the path', async () => {
    const xml = file({ informations: [information({ transfers: [transfer({ afterAmount: '<ChqInstr/>' })] })] });

    expect(await send(xml)).toMatchObject({
      status: 422,
      headers: { 'content-type': expect.stringContaining('application/problem+json') },
      body: {
        code: 'ISO20022_ELEMENT_UNSUPPORTED',
        params: { path: '/Document/CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/ChqInstr' },
        outcome: 'refused',
      },
    });
  });

  test.each([
    ['JSON', { 'content-type': 'application/json' }, '{}', 415],
    ['no body', {}, '', 400],
    ['a document type', {}, `<!DOCTYPE x>${file()}`, 400],
  ])('refuses %s', async (_what, headers, body, status) => {
    expect((await send(body, { headers })).status).toBe(status);
  });

  test('takes no XML where JSON is due', async () => {
    const answer = await api.call({
      method: 'POST',
      path: '/v1/payments',
      body: '<a/>',
      headers: { 'content-type': 'application/xml' },
    });

    expect(answer).toMatchObject({ status: 415, body: { code: 'API_MEDIA_TYPE_UNSUPPORTED' } });
  });

  describe('statements', () => {
    const path = '/v1/accounts/cedar-alice/statement?from=2026-01-01&to=2026-02-01';
    const camt = (text: string, name: string) => valuesOf(text, 'camt.053.001.08', name);

    test('close: opening balance + entries = closing balance, in JSON and camt.053 alike', async () => {
      const json = (await api.call({ path, as: customer('C-alice') })).body;
      const { text } = await api.call({ path, as: customer('C-alice'), headers: { accept: 'application/xml' } });
      const moved = json.entries.reduce(
        (sum: bigint, { side, amount }: { side: string; amount: string }) =>
          sum + BigInt(side === 'C' ? amount : `-${amount}`),
        0n,
      );
      const [opening, closing, ...entries] = camt(text, 'Amt');

      expect(BigInt(json.opening) + moved).toBe(BigInt(json.closing));
      expect([opening, closing]).toEqual(
        [json.opening, json.closing].map((amount) => (Number(amount) / 100).toFixed(2)),
      );
      expect(entries.length).toBeGreaterThanOrEqual(json.entries.length);
      expect(camt(text, 'IBAN')).toEqual(['DE89370400440532013000']);
      expect(camt(text, 'EndToEndId')).toContain('in-house & <1>');
      expect(camt(text, 'Ustrd')).toContain('工资 & bonus');
      expect(camt(text, 'Nm')).toContain('Bob');
    });

    test('hold no text and no IBAN for the regulator', async () => {
      const { text } = await api.call({ path, as: regulator, headers: { accept: 'text/html;q=0.9, application/xml' } });

      expect(camt(text, 'Ustrd')).toEqual([]);
      expect(camt(text, 'Nm')).toEqual([]);
      expect(camt(text, 'IBAN')).toEqual([]);
      expect(camt(text, 'NtryRef').length).toBeGreaterThan(2);
    });

    test.each([
      ['no period', '/v1/accounts/cedar-alice/statement', {}, 'API_FIELD_MISSING'],
      [
        'a period backwards',
        '/v1/accounts/cedar-alice/statement?from=2026-02-01&to=2026-01-01',
        {},
        'API_PERIOD_INVALID',
      ],
      [
        'another’s account',
        '/v1/accounts/cedar-bob/statement?from=2026-01-01&to=2026-02-01',
        {},
        'AUTH_ACCOUNT_NOT_YOURS',
      ],
      ['a form that we cannot give', path, { accept: 'text/csv' }, 'API_NOT_ACCEPTABLE'],
    ])('are refused for %s', async (_what, where, headers, code) => {
      expect((await api.call({ path: where, as: customer('C-alice'), headers })).body.code).toBe(code);
    });
  });
});
