import { type BankName, banks } from '../config/topology.ts';
import type { Network } from '../drivers/network.ts';
import { checkBooks } from './books.ts';
import type { StartConsole } from './console.ts';
import { scoreFirms } from './credit.ts';
import { loadFirstDay } from './first-day.ts';
import { teaShopLoan } from './loan.ts';
import { microLoan } from './micro-loan.ts';
import { formatMoney, renderReport } from './report.ts';
import { createRestClient, inParallel } from './rest-client.ts';
import { storm } from './storm.ts';
import { createTally, expectAnswer } from './tally.ts';
import { balanceOf, currency, type Note, openAndFund, requestsAtOnce, settled, type Walk } from './walk.ts';

const issuedPerBank = '2000000000';
const firstPair = ['cedar-1002', 'maple-2001'];

/**
 * Plays the first day of four banks through their REST APIs, kills a gateway and the network on the way, and checks
 * the books at the end. Every id is fixed, so on a second run the ledger answers with the first results. Returns
 * whether every step came out as expected.
 */
export async function runWalkthrough(network: Network, out: StartConsole): Promise<boolean> {
  const walk: Walk = {
    network,
    rest: createRestClient(network),
    tally: createTally(),
    day: loadFirstDay(),
    expectedHoldings: 0n,
  };
  let unexpected = 0;
  const step = async (title: string, work: (note: Note) => Promise<void>) => {
    const done = await out.step(title, async (note) => {
      await work(note);
      return true;
    });
    if (done !== true) unexpected += 1;
  };

  await step('The central bank issues settlement balances', (note) => issue(walk, note));
  await step('The first payment', (note) => firstPayment(walk, note));
  await step('Every other account is opened and funded', (note) => openAccounts(walk, note));
  await step('A payroll file for four banks (pain.001)', (note) => payroll(walk, note));
  await step('Payments of every kind, the bad ones refused', (note) => everyKind(walk, note));
  await step('Two firms consent, and are scored with reasons', (note) => scoreFirms(walk, note));
  await step('A tea shop borrows from two banks and three neighbours', (note) => teaShopLoan(walk, note));
  await step('The tea shop borrows again, without a manual step', (note) => microLoan(walk, note));
  await step('Killed with -9 under load: a gateway, then the network', (note) => storm(walk, note));
  await step('The payroll file posted again replays', (note) => payrollAgain(walk, note));
  await step('A pair of banks settles what one owes the other', (note) => settle(walk, note));

  const report = await out.step('The books are checked', async (note) => {
    const books = await checkBooks(walk);
    note(`sums conserved, state hashes equal, ${books.verified}`);
    return books;
  });
  if (report === undefined) return false;
  out.report(renderReport(report), { summary: report });
  return unexpected === 0;
}

async function issue({ rest }: Walk, note: Note): Promise<void> {
  await inParallel(banks, banks.length, async (bank) => {
    const body = { operationId: `first-day-issue-${bank}`, amount: { amount: issuedPerBank, currency } };
    const answer = await rest.call({
      bank: 'centralbank',
      method: 'POST',
      path: `/v1/settlement-accounts/${bank}/issue`,
      body,
    });
    if (answer.status >= 300) expectAnswer(answer, { status: 201 });
  });
  note(`${formatMoney(issuedPerBank, currency)} to each of four banks`);
}

async function firstPayment(walk: Walk, note: Note): Promise<void> {
  const pair = walk.day.accounts.filter(({ accountId }) => firstPair.includes(accountId));
  await inParallel(pair, 2, (account) => openAndFund(walk, account));
  const body = {
    paymentId: 'first-day-00',
    debtorAccount: 'cedar-1002',
    creditorAccount: 'maple-2001',
    amount: { amount: '12850', currency },
    remittance: 'The first payment 第一笔付款',
  };
  const started = performance.now();
  const answer = await walk.rest.call({ bank: 'cedar', method: 'POST', path: '/v1/payments', body });
  walk.tally.count(expectAnswer(answer, { status: 201 }));
  await settled(walk, 'cedar', 'first-day-00');
  note(`Jade Bridge pays Northwind CNY 128.50, settled across banks in ${Math.round(performance.now() - started)} ms`);
}

async function openAccounts(walk: Walk, note: Note): Promise<void> {
  const { accounts } = walk.day;
  const others = accounts.filter(({ accountId }) => !firstPair.includes(accountId));
  await inParallel(others, requestsAtOnce, (account) => openAndFund(walk, account));
  for (const [accountId, action] of [
    ['cedar-1003', 'freeze'],
    ['maple-2002', 'close'],
  ] as const) {
    const bank = accountId.split('-')[0] as BankName;
    const current = await walk.rest.call({ bank, path: `/v1/accounts/${accountId}` });
    if (current.body.status !== 'OPEN') continue;
    const answer = await walk.rest.call({
      bank,
      method: 'POST',
      path: `/v1/accounts/${accountId}/${action}`,
      body: {},
    });
    if (answer.status >= 300) expectAnswer(answer, { status: 200 });
  }
  note(`${accounts.length} accounts; one is frozen, one is closed`);
}

async function payroll(walk: Walk, note: Note): Promise<void> {
  const answer = await postPayroll(walk);
  const statuses = transactionStatuses(answer.text);
  const rejected = statuses.filter((status) => status === 'RJCT').length;
  if (rejected > 0) throw new Error(`${rejected} of the transfers were rejected: ${answer.text.slice(0, 600)}`);
  for (let index = 0; index < 250; index += 1) walk.tally.count({ status: 201, body: {}, replayed: answer.replayed });
  note('250 salaries, CNY 3,256,250.00, every one accepted (pain.002)');
}

async function payrollAgain(walk: Walk, note: Note): Promise<void> {
  const before = await balanceOf(walk, 'cedar', 'cedar-1001');
  await postPayroll(walk);
  const after = await balanceOf(walk, 'cedar', 'cedar-1001');
  if (after !== before) throw new Error(`The employer's balance moved from ${before} to ${after}.`);
  note('the first results, and the employer pays nothing twice');
}

async function postPayroll({ rest, day }: Walk) {
  const answer = await rest.call({ bank: 'cedar', method: 'POST', path: '/v1/payment-initiations', xml: day.payroll });
  if (answer.status >= 300) throw new Error(`${answer.status}: ${answer.text.slice(0, 600)}`);
  return answer;
}

function transactionStatuses(pain002: string): string[] {
  return [...pain002.matchAll(/<(?:TxSts|PmtInfSts|GrpSts)>(\w+)</g)].map(([, status]) => status ?? '');
}

async function everyKind(walk: Walk, note: Note): Promise<void> {
  const wrong: string[] = [];
  for (const { title, gateway, request, expect } of walk.day.payments) {
    const answer = await walk.rest.call({ bank: gateway, method: 'POST', path: '/v1/payments', body: request });
    walk.tally.count(answer);
    try {
      expectAnswer(answer, expect);
    } catch (error) {
      wrong.push(`${title}: ${(error as Error).message}`);
    }
  }
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  const good = walk.day.payments.filter(({ expect }) => expect.code === undefined).length;
  note(`${good} answered, ${walk.day.payments.length - good} refused, each with the code that was expected`);
}

async function settle({ rest }: Walk, note: Note): Promise<void> {
  const body = { settlementId: 'first-day-settlement', debtorBank: 'pine', creditorBank: 'willow', currency };
  const answer = await rest.call({ bank: 'pine', method: 'POST', path: '/v1/settlements', body });
  if (answer.status >= 300) expectAnswer(answer, { status: 201 });
  const { amount } = answer.body as { amount: string };
  note(`pine pays willow ${formatMoney(amount, currency)} in central bank money`);
}
