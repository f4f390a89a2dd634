/** Writes the accounts and the payroll of examples/first-day, or into another folder; run it only to change the cast. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { banks, bics } from '../network/config/topology.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '..', 'examples', 'first-day');

const employees = 250;

// 25 by 10 names are 250 people, none of them twice.
const given = [
  ['wei', '伟'],
  ['fang', '芳'],
  ['jun', '军'],
  ['xia', '霞'],
  ['ming', '明'],
  ['li-na', '丽娜'],
  ['hao', '浩'],
  ['yan', '燕'],
  ['tao', '涛'],
  ['mei', '梅'],
  ['gang', '刚'],
  ['jing', '静'],
  ['bo', '波'],
  ['oliver', ''],
  ['amelia', ''],
  ['harry', ''],
  ['grace', ''],
  ['arthur', ''],
  ['ivy', ''],
  ['george', ''],
  ['freya', ''],
  ['leo', ''],
  ['alice', ''],
  ['noah', ''],
  ['emma', ''],
] as const;
const chineseFamily = [
  ['wang', '王'],
  ['li', '李'],
  ['zhang', '张'],
  ['liu', '刘'],
  ['chen', '陈'],
  ['yang', '杨'],
  ['zhao', '赵'],
  ['huang', '黄'],
  ['zhou', '周'],
  ['wu', '吴'],
] as const;
const englishFamily = ['hart', 'doyle', 'marsh', 'quinn', 'reeve', 'frost', 'lowe', 'nash', 'piper', 'swift'];

/** Account ids are public on the channel, so they are numbers and never names. These play a part in payments.json; the opening deposit is in minor units. */
const cast = [
  ['cedar-1001', 'Harbour & Lin Trading 海林贸易有限公司', 'CNY', 'C-1001', '450000000'],
  ['cedar-1002', 'Jade Bridge Components 玉桥零部件有限公司', 'CNY', 'C-1002', '5000000'],
  ['cedar-1003', 'Blackwater Holdings 黑水控股有限公司', 'CNY', 'C-1003', '1000000'],
  ['maple-2001', 'Northwind Freight Ltd', 'CNY', 'M-2001', '30000000'],
  ['maple-2002', 'Old Mill Bakery Ltd', 'CNY', 'M-2002', ''],
  ['pine-3001', 'Willowbrook Foods 柳溪食品有限公司', 'CNY', 'P-3001', '300000000'],
  ['willow-4001', 'Silver River Textiles Ltd', 'CNY', 'W-4001', '20000000'],
  ['willow-4002', 'Pacific Lantern Exports Ltd', 'USD', 'W-4002', ''],
];

const staff = Array.from({ length: employees }, (_, index) => {
  const bank = banks[index % banks.length] ?? 'cedar';
  const [latin, chinese] = given[index % given.length] ?? ['wei', '伟'];
  const row = Math.floor(index / given.length);
  const [family, familyChinese] = chinese === '' ? [englishFamily[row] ?? '', ''] : (chineseFamily[row] ?? ['', '']);
  const title = (word: string) => word.replace(/(^|-)(\w)/g, (_all, dash, letter) => dash + letter.toUpperCase());
  const name =
    chinese === '' ? `${title(latin)} ${title(family)}` : `${title(latin)} ${title(family)} ${familyChinese}${chinese}`;
  // Spread over 8,000.00 to 17,990.00 so that no two neighbours earn the same.
  const pay = 800_000 + ((index * 37_000) % 1_000_000);
  return { bank, accountId: `${bank}-${5001 + index}`, name, customerId: `E-${5001 + index}`, pay };
});

const decimal = (minor: number) => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, '0')}`;
const escapeXml = (text: string) => text.replaceAll('&', '&amp;');
const total = decimal(staff.reduce((sum, { pay }) => sum + pay, 0));

const accounts = [
  'accountId,name,currency,customerId,openingDeposit',
  ...cast.map((row) => row.join(',')),
  ...staff.map(({ accountId, name, customerId }) => `${accountId},${name},CNY,${customerId},`),
];

const transfers = staff.map(
  ({ bank, accountId, name, pay }, index) =>
    `      <CdtTrfTxInf><PmtId><EndToEndId>SALARY-2026-11-${String(index + 1).padStart(3, '0')}</EndToEndId></PmtId>` +
    `<Amt><InstdAmt Ccy="CNY">${decimal(pay)}</InstdAmt></Amt>` +
    `<CdtrAgt><FinInstnId><BICFI>${bics[bank]}</BICFI></FinInstnId></CdtrAgt>` +
    `<Cdtr><Nm>${escapeXml(name)}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>${accountId}</Id></Othr></Id></CdtrAcct>` +
    '<RmtInf><Ustrd>Salary November 2026 工资</Ustrd></RmtInf></CdtTrfTxInf>',
);
const payroll = `<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">
  <CstmrCdtTrfInitn>
    <GrpHdr>
      <MsgId>HARBOUR-LIN-2026-11</MsgId>
      <CreDtTm>2026-11-20T09:00:00+08:00</CreDtTm>
      <NbOfTxs>${employees}</NbOfTxs>
      <CtrlSum>${total}</CtrlSum>
      <InitgPty><Nm>Harbour &amp; Lin Trading 海林贸易有限公司</Nm></InitgPty>
    </GrpHdr>
    <PmtInf>
      <PmtInfId>SALARY-2026-11</PmtInfId>
      <PmtMtd>TRF</PmtMtd>
      <NbOfTxs>${employees}</NbOfTxs>
      <CtrlSum>${total}</CtrlSum>
      <ReqdExctnDt><Dt>2026-11-20</Dt></ReqdExctnDt>
      <Dbtr><Nm>Harbour &amp; Lin Trading 海林贸易有限公司</Nm></Dbtr>
      <DbtrAcct><Id><Othr><Id>cedar-1001</Id></Othr></Id></DbtrAcct>
      <DbtrAgt><FinInstnId><BICFI>${bics.cedar}</BICFI></FinInstnId></DbtrAgt>
${transfers.join('\n')}
    </PmtInf>
  </CstmrCdtTrfInitn>
</Document>
`;

mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'accounts.csv'), `${accounts.join('\n')}\n`);
writeFileSync(join(folder, 'payroll.xml'), payroll);
process.stdout.write(`${accounts.length - 1} accounts, ${employees} transfers, ${total} CNY\n`);
