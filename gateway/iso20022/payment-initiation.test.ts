import { DomainError } from '@tangram/chaincode/core/errors.ts';
import { file, ibanAccount, information, transfer } from '../testing/pain001.ts';
import { checkControlTotals } from './control-totals.ts';
import { readPaymentInitiation } from './payment-initiation.ts';

const read = (xml: string) => readPaymentInitiation(Buffer.from(xml));

function refusal(run: () => unknown): { code: string; params: Readonly<Record<string, unknown>> } | undefined {
  try {
    run();
  } catch (error) {
    if (error instanceof DomainError) return { code: error.code, params: error.params };
    throw error;
  }
  return undefined;
}

describe('readPaymentInitiation', () => {
  test('reads what we carry out, texts unchanged', () => {
    const xml = file({
      controlSum: '12.5',
      informations: [
        information({
          totals: '<BtchBookg>false</BtchBookg><NbOfTxs>1</NbOfTxs><CtrlSum>12.50</CtrlSum>',
          chargeBearer: '<ChrgBr>SLEV</ChrgBr>',
          debtorAccount: `${ibanAccount('DE89370400440532013000')}<Ccy>CNY</Ccy>`,
          transfers: [
            transfer({
              instructionId: 'I-1',
              endToEndId: ' spaced &amp; <![CDATA[<raw>]]> 茶',
              uetr: '0198f1a2-7c3e-4d10-9a55-0c2f6f1f2b11',
              creditorAgent:
                '<FinInstnId><BICFI>MAPLCNBJ</BICFI><ClrSysMmbId><MmbId>maple</MmbId></ClrSysMmbId></FinInstnId>',
              remittance: '<Ustrd>Invoice 7&#10;second line</Ustrd>',
            }),
          ],
        }),
      ],
    });
    const initiation = read(xml);

    expect(initiation).toMatchObject({ messageId: 'MSG-1', numberOfTransactions: '1', controlSum: '12.5' });
    expect(initiation.informations[0]).toMatchObject({
      id: 'PMT-1',
      requestedDate: '2026-01-05',
      debtorName: 'Alice',
      debtorAccount: { iban: 'DE89370400440532013000', currency: 'CNY' },
      debtorAgent: { names: ['cedar'] },
    });
    expect(initiation.informations[0]?.transfers[0]).toMatchObject({
      paymentId: expect.stringMatching(/^[0-9a-f]{32}$/),
      instructionId: 'I-1',
      endToEndId: ' spaced & <raw> 茶',
      uetr: '0198f1a2-7c3e-4d10-9a55-0c2f6f1f2b11',
      amount: '12.50',
      currency: 'CNY',
      creditorName: 'Bob',
      creditorAgent: { bic: 'MAPLCNBJ', names: ['maple'] },
      creditorAccount: { other: 'cedar-bob' },
      remittance: 'Invoice 7\nsecond line',
    });
  });

  test('reads a file whose elements carry a prefix alike', () => {
    const xml = file()
      .replaceAll(/<(\/?)(?=[A-Z])/g, '<$1p:')
      .replace('xmlns=', 'xmlns:p=');

    expect(read(xml)).toEqual(read(file()));
  });

  test('names a payment by party, message, information, instruction and ordinal, and by nothing else', () => {
    const idOf = (xml: string) => read(xml).informations[0]?.transfers[0]?.paymentId;
    const first = idOf(file());
    const same = [file(), file({ informations: [information({ transfers: [transfer({ amount: '99' })] })] })];
    const other = [
      file({ messageId: 'MSG-2' }),
      file({ initiatingParty: '<Nm>Alice Ltd.</Nm>' }),
      file({ initiatingParty: '<Nm>Alice Ltd</Nm><Id><OrgId><Othr><Id>1</Id></Othr></OrgId></Id>' }),
      file({ informations: [information({ id: 'PMT-2' })] }),
      file({ informations: [information({ transfers: [transfer({ instructionId: 'I' })] })] }),
      file({ informations: [information({ transfers: [transfer({ endToEndId: 'E2E-2' })] })] }),
      // The same letters, cut at another place.
      file({ messageId: 'MSG-1PMT', informations: [information({ id: '-1' })] }),
    ];

    expect(same.map(idOf)).toEqual([first, first]);
    expect(new Set([first, ...other.map(idOf)]).size).toBe(other.length + 1);
  });

  test('tells twins in one information apart by their ordinal', () => {
    const ids = read(file({ informations: [information({ transfers: [transfer(), transfer()] })] })).informations[0]
      ?.transfers;

    expect(ids?.[0]?.paymentId).not.toBe(ids?.[1]?.paymentId);
  });

  const bare = (transferXml: string) => file({ informations: [information({ transfers: [transferXml] })] });
  test.each([
    ['Purp', bare(transfer().replace('</CdtrAcct>', '</CdtrAcct><Purp><Cd>SALA</Cd></Purp>')), '/CdtTrfTxInf/Purp'],
    ['ChqInstr', bare(transfer({ afterAmount: '<ChqInstr/>' })), '/CdtTrfTxInf/ChqInstr'],
    [
      'a second Ustrd',
      bare(transfer({ remittance: '<Ustrd>1</Ustrd><Ustrd>2</Ustrd>' })),
      '/CdtTrfTxInf/RmtInf/Ustrd[2]',
    ],
    ['structured remittance', bare(transfer({ remittance: '<Strd/>' })), '/CdtTrfTxInf/RmtInf/Strd'],
    [
      'an address',
      bare(transfer({ creditor: '<Nm>B</Nm><PstlAdr><Ctry>CN</Ctry></PstlAdr>' })),
      '/CdtTrfTxInf/Cdtr/PstlAdr',
    ],
    ['an ultimate debtor', file().replace('<CdtTrfTxInf>', '<UltmtDbtr/><CdtTrfTxInf>'), '/UltmtDbtr'],
    [
      'an equivalent amount',
      bare(transfer().replace(/<Amt>.*<\/Amt>/, '<Amt><EqvtAmt/></Amt>')),
      '/CdtTrfTxInf/Amt/EqvtAmt',
    ],
    ['a payment type', file().replace('<ReqdExctnDt>', '<PmtTpInf/><ReqdExctnDt>'), '/PmtTpInf'],
    [
      'a scheme name',
      file({ informations: [information({ debtorAccount: '<Id><Othr><Id>x</Id><SchmeNm/></Othr></Id>' })] }),
      '/DbtrAcct/Id/Othr/SchmeNm',
    ],
  ])('refuses %s by its path', (_what, xml, path) => {
    expect(refusal(() => read(xml))).toEqual({
      code: 'ISO20022_ELEMENT_UNSUPPORTED',
      params: { path: `/Document/CstmrCdtTrfInitn/PmtInf${path}` },
    });
  });

  test.each([
    ['a cheque', file({ informations: [information({ method: 'CHK' })] }), 'CHK'],
    ['charges to the debtor', file({ informations: [information({ chargeBearer: '<ChrgBr>DEBT</ChrgBr>' })] }), 'DEBT'],
    ['batch booking', file({ informations: [information({ totals: '<BtchBookg>true</BtchBookg>' })] }), 'true'],
  ])('refuses %s by its value', (_what, xml, value) => {
    expect(refusal(() => read(xml))).toMatchObject({ code: 'ISO20022_VALUE_UNSUPPORTED', params: { value } });
  });

  const transferPath = '/Document/CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf[2]';
  const second = (parts: object) => file({ informations: [information({ transfers: [transfer(), transfer(parts)] })] });
  test.each([
    ['an end-to-end id of 36', second({ endToEndId: 'x'.repeat(36) }), `${transferPath}/PmtId/EndToEndId`],
    ['an empty end-to-end id', second({ endToEndId: '' }), `${transferPath}/PmtId/EndToEndId`],
    ['an amount in letters', second({ amount: 'ten' }), `${transferPath}/Amt/InstdAmt`],
    ['a negative amount', second({ amount: '-1' }), `${transferPath}/Amt/InstdAmt`],
    ['six decimals', second({ amount: '1.000001' }), `${transferPath}/Amt/InstdAmt`],
    ['an exponent', second({ amount: '1e3' }), `${transferPath}/Amt/InstdAmt`],
    ['a currency of two letters', second({ currency: 'CN' }), `${transferPath}/Amt/InstdAmt`],
    ['an IBAN in lower case', second({ creditorAccount: ibanAccount('de89') }), `${transferPath}/CdtrAcct/Id/IBAN`],
    ['an unknown element', second({ afterAmount: '<Foo/>' }), `${transferPath}/Foo`],
    ['an unknown attribute', second({ creditor: '<Nm x="1">B</Nm>' }), `${transferPath}/Cdtr/Nm`],
    ['a count in letters', file({ count: 'one' }), '/Document/CstmrCdtTrfInitn/GrpHdr/NbOfTxs'],
    ['a missing initiating party', file().replace(/<InitgPty>.*<\/InitgPty>/, ''), '/Document/CstmrCdtTrfInitn/GrpHdr'],
    [
      'a date that is none',
      file({ informations: [information({ date: '<Dt>2026-02-30</Dt>' })] }),
      '/Document/CstmrCdtTrfInitn/PmtInf/ReqdExctnDt/Dt',
    ],
  ])('refuses %s with path and line, without its value', (_what, xml, path) => {
    const found = refusal(() => read(xml));

    expect(found).toMatchObject({ code: 'ISO20022_SCHEMA_INVALID', params: { path, line: expect.any(Number) } });
    expect(JSON.stringify(found)).not.toMatch(/xxxx|'ten'|1e3|'de89'|'one'/);
  });

  const laughs = '<!DOCTYPE a [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>';
  test.each([
    ['a document type', file().replace('<Document', '<!DOCTYPE Document><Document'), 'ISO20022_DOCTYPE_REFUSED'],
    ['a billion laughs', file().replace('<Document', `${laughs}<Document`), 'ISO20022_DOCTYPE_REFUSED'],
    ['an undeclared entity', file({ messageId: '&xxe;' }), 'ISO20022_NOT_WELL_FORMED'],
    ['elements nested too deep', '<a>'.repeat(100_000), 'ISO20022_NOT_WELL_FORMED'],
    ['too many tags', `<a>${'<b/>'.repeat(1_000_001)}</a>`, 'ISO20022_TOO_LARGE'],
    ['half a file', file().slice(0, 300), 'ISO20022_NOT_WELL_FORMED'],
    ['nothing', '', 'ISO20022_NOT_WELL_FORMED'],
    ['JSON', '{"a":1}', 'ISO20022_NOT_WELL_FORMED'],
    ['another encoding', file().replace('UTF-8', 'UTF-16'), 'ISO20022_ENCODING_UNSUPPORTED'],
    [
      'another message',
      file({ namespace: 'urn:iso:std:iso:20022:tech:xsd:pain.001.001.03' }),
      'ISO20022_MESSAGE_UNSUPPORTED',
    ],
  ])('refuses %s', (_what, xml, code) => {
    expect(refusal(() => read(xml))?.code).toBe(code);
  });

  test.each([
    ['bytes that are not UTF-8', Buffer.from(file({ messageId: 'MSG-ü' }), 'latin1')],
    ['UTF-16', Buffer.from(`\ufeff${file()}`, 'utf16le')],
  ])('refuses %s', (_what, bytes) => {
    expect(refusal(() => readPaymentInitiation(bytes))?.code).toBe('ISO20022_ENCODING_UNSUPPORTED');
  });

  test('refuses more than ten thousand transactions', () => {
    const transfers = Array.from({ length: 10_001 }, () => transfer());

    expect(refusal(() => read(file({ informations: [information({ transfers })] })))).toEqual({
      code: 'ISO20022_TOO_MANY_TRANSACTIONS',
      params: { count: 10_001, countMax: 10_000 },
    });
  });
});

describe('checkControlTotals', () => {
  const check = (xml: string) => refusal(() => checkControlTotals(read(xml)));

  test('takes sums that agree exactly, however they are written', () => {
    const transfers = [transfer({ amount: '0.1' }), transfer({ amount: '0.2' })];
    const totals = '<NbOfTxs>2</NbOfTxs><CtrlSum>.3</CtrlSum>';

    expect(check(file({ controlSum: '+00.300', informations: [information({ totals, transfers })] }))).toBeUndefined();
  });

  test.each([
    ['a wrong count', file({ count: '2' }), 'ISO20022_NUMBER_OF_TRANSACTIONS_WRONG'],
    ['a wrong sum', file({ controlSum: '12.51' }), 'ISO20022_CONTROL_SUM_WRONG'],
    ['a negative sum', file({ controlSum: '-12.50' }), 'ISO20022_CONTROL_SUM_WRONG'],
    [
      'a wrong count below',
      file({ informations: [information({ totals: '<NbOfTxs>3</NbOfTxs>' })] }),
      'ISO20022_NUMBER_OF_TRANSACTIONS_WRONG',
    ],
    [
      'an information twice',
      file({ informations: [information(), information()] }),
      'ISO20022_DUPLICATE_PAYMENT_INFORMATION',
    ],
  ])('refuses %s', (_what, xml, code) => {
    expect(check(xml)?.code).toBe(code);
  });
});
