import { type BankName, banks } from '@tangram/network/config/topology.ts';
import { bankOf } from '../end-to-end/running-network.ts';
import { type Customer, currency } from './customers.ts';
import type { Delivery } from './deliveries.ts';
import type { Doubt, Problem } from './outcomes.ts';
import { createPaymentClient } from './payment-client.ts';

const patienceMilliseconds = { first: 3_000, longest: 24_000 };
const pauseMilliseconds = { first: 100, longest: 800 };
/** Of one bank: more would bury a gateway that has just come back. */
const openMax = 100;
const drainMilliseconds = 120_000;

export interface Payment {
  paymentId: string;
  debtorAccount: string;
  creditorAccount: string;
  amount: { amount: string; currency: string };
}

export interface LoadOptions {
  customers: Customer[];
  /** New payments a second of all banks together, whether or not earlier ones are answered; fewer while many wait. */
  perSecond: number;
  now(): number;
}

/**
 * A steady stream of payments from customers of every bank, half of them to other banks. Each is sent again under the
 * same id, at the own bank's gateways alone, until its outcome is certain.
 */
export function createLoad({ customers, perSecond, now }: LoadOptions) {
  const client = createPaymentClient();
  const acknowledged: Payment[] = [];
  const refused: { payment: Payment; code: string }[] = [];
  const times = Object.fromEntries(banks.map((bank) => [bank, [] as number[]])) as Record<BankName, number[]>;
  const crossings: Delivery[] = [];
  const problems: Problem[] = [];
  const doubts: Doubt[] = [];
  const open = new Set<Payment>();
  const openOf = Object.fromEntries(banks.map((bank) => [bank, 0])) as Record<BankName, number>;
  let isOver = false;
  let hasGivenUp = false;
  let running: Promise<unknown> = Promise.resolve();

  async function payAtSteadyRate(bank: BankName): Promise<void> {
    const own = customers.filter((customer) => customer.bank === bank);
    const interval = (1000 * banks.length) / perSecond;
    const startedAt = now();
    for (let count = 0; !isOver; count += 1) {
      await wait(startedAt + count * interval - now());
      const customer = own[count % own.length];
      if (!customer || isOver || openOf[bank] >= openMax) continue;
      openOf[bank] += 1;
      void payUntilCertain(customer, inventPayment(customers, customer, count)).then(() => {
        openOf[bank] -= 1;
      });
    }
  }

  async function payUntilCertain(customer: Customer, payment: Payment): Promise<void> {
    const { bank } = customer;
    let doubt: Doubt | undefined;
    open.add(payment);
    for (let round = 0; !hasGivenUp; round += 1) {
      const gateway = customer.inUse;
      const attempt = await client.send({
        url: customer.gateways[gateway] ?? '',
        token: customer.token,
        body: payment,
        timeoutMilliseconds: grown(patienceMilliseconds, round),
      });
      if (attempt.kind !== 'again') {
        if (doubt) doubt.how = attempt.kind === 'refused' ? 'refused' : attempt.replayed ? 'replayed' : 'accepted';
        if (attempt.kind === 'refused') refused.push({ payment, code: attempt.code });
        else {
          acknowledged.push(payment);
          times[bank].push(now());
          const to = bankOf(payment.creditorAccount);
          if (to !== bank) crossings.push({ at: now(), from: bank, to });
        }
        open.delete(payment);
        return;
      }
      problems.push({ at: now(), bank, code: attempt.code, isAmbiguous: attempt.isAmbiguous });
      if (attempt.isAmbiguous && !doubt) {
        doubt = { at: now(), bank };
        doubts.push(doubt);
      }
      if (customer.inUse === gateway) customer.inUse = (gateway + 1) % customer.gateways.length;
      await wait(grown(pauseMilliseconds, round));
    }
  }

  /** Sends nothing new and waits until every payment is certain; those that are not after two minutes stay open. */
  async function stop(): Promise<void> {
    isOver = true;
    await running;
    const deadline = now() + drainMilliseconds;
    while (open.size > 0 && now() < deadline) await wait(50);
    hasGivenUp = true;
    client.close();
  }

  return {
    start: () => {
      running = Promise.all(banks.map(payAtSteadyRate));
    },
    stop,
    acknowledged,
    refused,
    /** When each bank's customers were acknowledged a payment. */
    times,
    /** Payments to other banks, when they were acknowledged. */
    crossings,
    problems,
    doubts,
    open,
  };
}

export type Load = ReturnType<typeof createLoad>;

/** In turns within the bank and to each other bank, so that every pair of banks has traffic. */
function inventPayment(customers: Customer[], debtor: Customer, count: number): Payment {
  const perBank = customers.length / banks.length;
  const isWithin = Math.floor(count / perBank) % 2 === 0;
  const others = customers.filter(({ bank, accountId }) =>
    isWithin ? bank === debtor.bank && accountId !== debtor.accountId : bank !== debtor.bank,
  );
  const creditor = others[Math.floor(count / 2) % others.length] as Customer;
  return {
    paymentId: `faults-${debtor.bank}-${count}`,
    debtorAccount: debtor.accountId,
    creditorAccount: creditor.accountId,
    amount: { amount: String(1 + (count % 900)), currency },
  };
}

/** Doubles with each attempt: equal patience would repeat for ever what a slow network is about to answer. */
const grown = ({ first, longest }: { first: number; longest: number }, round: number) =>
  Math.min(first * 2 ** round, longest);

const wait = (milliseconds: number) => new Promise<void>((wake) => setTimeout(wake, Math.max(0, milliseconds)));
