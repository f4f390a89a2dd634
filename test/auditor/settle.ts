import { bank } from './parties.ts';
import { bump, type Model, refused, type Verdict } from './state.ts';

export interface SettlementFacts {
  readonly debtorBank: string;
  readonly creditorBank: string;
  readonly currency: string;
  readonly amount: string;
}

/** What a settlement of a pair would move now, or why not. */
export function expectSettlement(
  model: Model,
  pair: Omit<SettlementFacts, 'amount'>,
): { code: string } | { amount: bigint } {
  const { debtorBank, creditorBank, currency } = pair;
  const sent = bank(model, debtorBank).sent.get(`${creditorBank}/${currency}`) ?? 0n;
  const taken = bank(model, creditorBank).taken.get(`${debtorBank}/${currency}`) ?? 0n;
  const settled = model.settled.get(`${debtorBank}/${creditorBank}/${currency}`) ?? 0n;
  const due = (sent < taken ? sent : taken) - settled;
  if (due <= 0n) return { code: 'SETTLEMENT_NOTHING_TO_SETTLE' };
  const balance = model.balances.get(`${debtorBank}/${currency}`) ?? 0n;
  if (balance === 0n) return { code: 'SETTLEMENT_INSUFFICIENT_BALANCE' };
  return { amount: due < balance ? due : balance };
}

/** Books a settlement: balances at the central bank, reserves and the pair's counter at both banks. */
export function bookSettlement(model: Model, { debtorBank, creditorBank, currency, amount }: SettlementFacts): Verdict {
  const moved = BigInt(amount);
  const expected = expectSettlement(model, { debtorBank, creditorBank, currency });
  const isTooMuch = 'code' in expected ? true : moved > expected.amount;
  if (moved <= 0n || (model.isOrdered && isTooMuch)) return refused('AUDIT_SETTLEMENT_TOO_LARGE');
  bump(model.balances, `${debtorBank}/${currency}`, -moved);
  bump(model.balances, `${creditorBank}/${currency}`, moved);
  bump(model.settled, `${debtorBank}/${creditorBank}/${currency}`, moved);
  bump(bank(model, debtorBank).reserves, currency, -moved);
  bump(bank(model, creditorBank).reserves, currency, moved);
  return { postings: [] };
}
