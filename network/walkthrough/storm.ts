import type { BankName } from '../config/topology.ts';
import { inParallel } from './rest-client.ts';
import { expectAnswer } from './tally.ts';
import { currency, type Note, requestsAtOnce, settled, type Walk } from './walk.ts';

const stormPayments = 120;
const clients = 8;

/** Payments keep coming while processes are killed; clients repeat what was not answered, with the same id. */
export async function storm(walk: Walk, note: Note): Promise<void> {
  const { network, rest, tally } = walk;
  const payments = Array.from({ length: stormPayments }, (_, index) => ({
    paymentId: `first-day-storm-${index}`,
    debtorAccount: index % 2 === 0 ? 'maple-2001' : 'willow-4001',
    creditorAccount: index % 2 === 0 ? 'willow-4001' : 'maple-2001',
    amount: { amount: '100', currency },
  }));
  const bankOf = (account: string) => account.split('-')[0] as BankName;
  let answered = 0;
  const sending = inParallel(payments, clients, async (body) => {
    const answer = await rest.call({ bank: bankOf(body.debtorAccount), method: 'POST', path: '/v1/payments', body });
    tally.count(expectAnswer(answer, { status: 201 }));
    answered += 1;
    if (answered === 20) network.kill({ role: 'gateway', organization: 'maple' });
    if (answered === 70) network.kill({ role: 'network' });
  });
  await sending;
  await network.restored({ role: 'network' });
  await network.restored({ role: 'gateway', organization: 'maple' });
  await inParallel(payments, requestsAtOnce, (body) => settled(walk, bankOf(body.debtorAccount), body.paymentId));
  note(`${payments.length} payments, every one answered and settled once`);
}
