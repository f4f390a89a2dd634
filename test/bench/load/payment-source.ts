import { randomUUID } from 'node:crypto';
import { accountId, accountIndex, bankOf, currency, customerCount } from './accounts.ts';
import type { LoadBooks, LoadFigures, Traffic } from './protocol.ts';
import { uuidv7 } from './uuid.ts';
import { createZipf } from './zipf.ts';

export interface Payment {
  paymentId: string;
  debtorAccount: string;
  creditorAccount: string;
  amount: { amount: string; currency: string };
  signature?: { keyId: string; value: string };
}

/** What a source draws and signs with. */
export interface SourceTools {
  random?: () => number;
  /** The debtor's signature, where payments need one. */
  sign?: (payment: Payment) => Payment;
}

/** A payment to send, and what must become of it. */
export interface Draft {
  payment: Payment;
  expected: 'accepted' | 'replayed' | 'conflict' | 'uncovered';
  /** It was sent before and its outcome is not known. */
  isResent?: true;
}

/** How an operation ended, whoever says so. */
export type Ending =
  | { kind: 'accepted' | 'replayed' }
  | { kind: 'refused'; code: string }
  | { kind: 'aborted' | 'busy' | 'again'; code: string };

const rememberedMax = { ofAll: 4_096, ofCustomer: 64 };
/** Of repetitions this share is of payments from any time, whose ids the ledger has put away; the others are of late. */
const longAgoShare = 0.1;
const sampleMax = 50;
const problemsMax = 20;
const amountMax = 100;
/** More than any account can come to hold. */
const uncoveredAmount = '99999999999999';
const conflictCode = 'CORE_EXISTS_WITH_DIFFERENT_PAYLOAD';
const uncoveredCode = 'PAYMENTS_INSUFFICIENT_FUNDS';

/**
 * Invents the payments of one bank's customers, repetitions and uncovered ones among them, and keeps the books of what
 * was accepted, by which the ledger is checked afterwards.
 */
export function createPaymentSource(traffic: Traffic, tools: SourceTools = {}) {
  const { random = Math.random, sign = (payment: Payment) => payment } = tools;
  const { bank, banks, accountsPerBank, choice } = traffic;
  const others = banks.filter((each) => each !== bank);
  const zipf = choice.kind === 'zipf' ? createZipf(accountsPerBank, choice.exponent) : undefined;
  const changes = new Float64Array(accountsPerBank * banks.length);
  const remembered = createMemory(rememberedMax.ofAll, random);
  const longAgo = createSample(rememberedMax.ofAll, random);
  /** By customer, who may repeat own payments alone. */
  const rememberedOf = new Map<number, Memory>();
  const waiting: Draft[] = [];
  /** Signed beforehand, because that is the customers' work and not the network's. */
  let signed: Payment[] = [];
  const sample: LoadBooks['sample'] = [];
  let accepted = 0;

  const customers = customerCount(accountsPerBank);

  const { from, to } = traffic.range ?? { from: 0, to: accountsPerBank };
  const pick = () => (zipf ? zipf(random()) : from + Math.floor(random() * (to - from)));

  function creditorFor(debtor: string): string {
    if (choice.kind === 'hot') return choice.merchant;
    const home = random() < traffic.crossShare ? (others[Math.floor(random() * others.length)] ?? bank) : bank;
    for (;;) {
      const creditor = accountId(home, pick());
      if (creditor !== debtor) return creditor;
    }
  }

  function newPayment(customer?: number, now?: number): Payment {
    let index = pick();
    // A customer pays from accounts of its own; they belong to customers in turns.
    if (customer !== undefined) index = nearestOf(index, customer);
    let debtorAccount = accountId(bank, index);
    if (choice.kind === 'hot' && debtorAccount === choice.merchant) {
      debtorAccount = accountId(bank, (index + 1) % accountsPerBank);
    }
    return {
      paymentId: traffic.hasRandomIds ? randomUUID() : uuidv7(now),
      debtorAccount,
      creditorAccount: creditorFor(debtorAccount),
      amount: { amount: String(1 + Math.floor(random() * amountMax)), currency },
    };
  }

  /** The next payment to send, of this customer where one is named; what has to be sent again comes first. */
  function next(customer?: number): Draft {
    const again = customer === undefined ? waiting.shift() : undefined;
    if (again) return again;
    const dice = random();
    const earlier = drawEarlier(customer);
    if (earlier && dice < traffic.repeatedShare) return { payment: earlier, expected: 'replayed' };
    if (earlier && dice < 2 * traffic.repeatedShare) {
      const amount = String(Number(earlier.amount.amount) + 1);
      return { payment: sign({ ...earlier, amount: { amount, currency } }), expected: 'conflict' };
    }
    const prepared = customer === undefined ? signed.pop() : undefined;
    if (prepared) return { payment: prepared, expected: 'accepted' };
    const payment = newPayment(customer);
    const repeated = 2 * traffic.repeatedShare;
    if (dice >= repeated && dice < repeated + traffic.uncoveredShare) {
      return { payment: sign({ ...payment, amount: { amount: uncoveredAmount, currency } }), expected: 'uncovered' };
    }
    return { payment: sign(payment), expected: 'accepted' };
  }

  function drawEarlier(customer?: number): Payment | undefined {
    if (customer !== undefined) return rememberedOf.get(customer)?.draw();
    return random() < longAgoShare ? longAgo.draw() : remembered.draw();
  }

  /** Signs payments for a window; their ids bear the times at which customers would send them. */
  function prepare({ payments, perSecond }: { payments: number; perSecond: number }): void {
    const from = Date.now();
    signed = Array.from({ length: payments }, (_, index) =>
      sign(newPayment(undefined, from + (index * 1000) / perSecond)),
    ).reverse();
  }

  /** Notes in the books that an amount went from one account to another. */
  function move({ debtorAccount, creditorAccount, amount }: Omit<Payment, 'paymentId'>): void {
    accepted += 1;
    changes[placeOf(debtorAccount)]! -= Number(amount.amount);
    changes[placeOf(creditorAccount)]! += Number(amount.amount);
  }

  function book({ payment }: Draft): void {
    move(payment);
    remembered.add(payment);
    longAgo.add(payment);
    const customer = accountIndex(payment.debtorAccount) % customers;
    const own = rememberedOf.get(customer) ?? createMemory(rememberedMax.ofCustomer, random);
    own.add(payment);
    rememberedOf.set(customer, own);
    if (sample.length < sampleMax && random() < 0.01) sample.push({ ...payment, amount: payment.amount.amount });
  }

  /** The account of a customer that is next to an index. */
  function nearestOf(index: number, customer: number): number {
    const own = index - (index % customers) + customer;
    return own < accountsPerBank ? own : customer;
  }

  const placeOf = (id: string) => banks.indexOf(bankOf(id)) * accountsPerBank + accountIndex(id);

  /** Notes how a payment ended; true when it has to be sent again. */
  function settle(draft: Draft, ending: Ending, figures: LoadFigures): boolean {
    if (ending.kind === 'aborted' || ending.kind === 'busy' || ending.kind === 'again') {
      figures[ending.kind === 'again' ? 'resent' : ending.kind] += 1;
      return true;
    }
    const found = ending.kind === 'refused' ? ending.code : ending.kind;
    // Its id is new, so what it repeats is itself: a gateway that lost an answer sent it again, or we did.
    const isOwnReplay = draft.expected === 'accepted' && ending.kind === 'replayed';
    if (isOwnReplay && !draft.isResent) figures.resent += 1;
    if (found !== expectedOf[draft.expected] && !isOwnReplay) {
      if (figures.problems.length < problemsMax) {
        figures.problems.push(`${draft.payment.paymentId} should be ${expectedOf[draft.expected]} and is ${found}`);
      }
      return false;
    }
    if (draft.expected === 'accepted') {
      figures.accepted += 1;
      book(draft);
    } else if (draft.expected === 'replayed') figures.replayed += 1;
    else figures.refused += 1;
    return false;
  }

  return {
    next,
    prepare,
    settle,
    /** Puts a payment back whose outcome is not certain. */
    retry: (draft: Draft) => waiting.push({ ...draft, isResent: true }),
    waiting: () => waiting.length,
    books: (): LoadBooks => ({ changes, accepted, uncertain: waiting.length, sample }),
    newPayment,
    move,
    /** An accepted payment of late. */
    recent: () => remembered.draw(),
  };
}

export type PaymentSource = ReturnType<typeof createPaymentSource>;

type Memory = ReturnType<typeof createMemory>;

/** Keeps the newest payments, to draw from. */
function createMemory(most: number, random: () => number) {
  const kept: Payment[] = [];
  let count = 0;
  return {
    add(payment: Payment): void {
      kept[count % most] = payment;
      count += 1;
    },
    draw: (): Payment | undefined => kept[Math.floor(random() * kept.length)],
  };
}

/** Keeps some of all payments, each as likely as any other. */
function createSample(most: number, random: () => number): Memory {
  const kept: Payment[] = [];
  let count = 0;
  return {
    add(payment: Payment): void {
      count += 1;
      if (kept.length < most) kept.push(payment);
      else if (random() < most / count) kept[Math.floor(random() * most)] = payment;
    },
    draw: () => kept[Math.floor(random() * kept.length)],
  };
}

const expectedOf: Record<Draft['expected'], string> = {
  accepted: 'accepted',
  replayed: 'replayed',
  conflict: conflictCode,
  uncovered: uncoveredCode,
};
