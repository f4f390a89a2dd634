import type { BankState, Model } from './state.ts';

/** Every rule that must hold between any two batches; each breach in one sentence. */
export function checkInvariants(model: Model): string[] {
  const problems: string[] = [];
  const say = (isBroken: boolean, text: string) => {
    if (isBroken) problems.push(text);
  };
  for (const [name, state] of model.banks) {
    for (const [accountId, { booked, pending, status }] of state.accounts) {
      say(pending < 0n || booked - pending < 0n, `${accountId} has ${booked} booked and ${pending} pending`);
      say(status === 'CLOSED' && (booked !== 0n || pending !== 0n), `${accountId} is closed but not empty`);
    }
    for (const [id, { refunded, amount }] of state.payments) {
      say(refunded > amount, `payment ${id} of ${name} is refunded with ${refunded} of ${amount}`);
    }
    for (const [id, { refunded, item }] of state.received) {
      say(refunded > item.amount, `payment ${id} at ${name} is refunded with ${refunded} of ${item.amount}`);
    }
    for (const [loanId, { balance, shares }] of state.loans) {
      const held = [...shares.values()].reduce((total, share) => total + share, 0n);
      say(held !== balance, `of loan ${loanId} of ${name} ${held} is held and ${balance} is owed`);
      say(
        [...shares.values()].some((share) => share < 0n),
        `somebody holds less than nothing of loan ${loanId}`,
      );
    }
    for (const currency of currenciesOf(state)) {
      const reserves = state.reserves.get(currency) ?? 0n;
      const needed =
        customers(state, currency) +
        (state.income.get(currency) ?? 0n) +
        dueTo(model, name, currency) -
        dueFrom(model, name, currency);
      say(reserves !== needed, `${name} books ${reserves} ${currency} of reserves, its accounts say ${needed}`);
      const balance = model.balances.get(`${name}/${currency}`) ?? 0n;
      say(model.isOrdered && reserves > balance, `${name} books ${reserves} ${currency}, the central bank ${balance}`);
    }
  }
  return [...problems, ...checkFlight(model), ...checkSettled(model)];
}

/** A pair settles what was sent and has arrived, each unit once. */
function checkSettled(model: Model): string[] {
  const problems: string[] = [];
  for (const [pair, settled] of model.settled) {
    const [from, to, currency] = pair.split('/') as [string, string, string];
    const sent = model.banks.get(from)?.sent.get(`${to}/${currency}`) ?? 0n;
    const taken = model.banks.get(to)?.taken.get(`${from}/${currency}`) ?? 0n;
    if (settled <= sent && settled <= taken) continue;
    problems.push(`${from} to ${to}: ${settled} ${currency} settled, of ${sent} sent and ${taken} received`);
  }
  return problems;
}

/** In flight = due-to minus due-from = what stands in outbox rows that were not received. */
function checkFlight(model: Model): string[] {
  const problems: string[] = [];
  for (const from of model.banks.keys()) {
    for (const to of model.banks.keys()) {
      const sender = model.banks.get(from) as BankState;
      const receiver = model.banks.get(to) as BankState;
      const [first = [], ...rest] = (sender.outbox.get(to) ?? []).slice(receiver.inbox.get(from) ?? 0);
      const rows = [first.slice(receiver.inboxPart.get(from) ?? 0), ...rest];
      for (const currency of currenciesOf(sender)) {
        const moving = rows
          .flat()
          .filter((item) => item.currency === currency && item.kind !== 'reversal-request')
          .reduce((total, item) => total + item.amount, 0n);
        const open = (sender.sent.get(`${to}/${currency}`) ?? 0n) - (receiver.taken.get(`${from}/${currency}`) ?? 0n);
        if (open !== moving) problems.push(`${from} to ${to}: ${open} ${currency} in flight, rows hold ${moving}`);
      }
    }
  }
  return problems;
}

export function currenciesOf(state: BankState): Set<string> {
  return new Set([
    ...[...state.accounts.values()].map(({ currency }) => currency),
    ...[...state.sent.keys(), ...state.taken.keys()].map((key) => key.split('/')[1] as string),
  ]);
}

/** What a bank owes its customers, money without an owner included. */
export function customers(state: BankState, currency: string): bigint {
  return [...state.accounts.values()]
    .filter((account) => account.currency === currency)
    .reduce((total, { booked }) => total + booked, state.suspense.get(currency) ?? 0n);
}

export const dueTo = (model: Model, name: string, currency: string): bigint =>
  sum([...model.banks.keys()], (other) => {
    const sent = model.banks.get(name)?.sent.get(`${other}/${currency}`) ?? 0n;
    return sent - (model.settled.get(`${name}/${other}/${currency}`) ?? 0n);
  });

export const dueFrom = (model: Model, name: string, currency: string): bigint =>
  sum([...model.banks.keys()], (other) => {
    const taken = model.banks.get(name)?.taken.get(`${other}/${currency}`) ?? 0n;
    return taken - (model.settled.get(`${other}/${name}/${currency}`) ?? 0n);
  });

const sum = (names: readonly string[], of: (name: string) => bigint): bigint =>
  names.reduce((total, name) => total + of(name), 0n);
