import type { Ledger } from '../core/ledger.ts';
import { namespaceOwner } from '../core/names.ts';
import { errors } from './errors.ts';
import type { Bank, BankReference } from './schemas.ts';
import { registry } from './store.ts';

/** Makes an organisation a bank that others pay and are paid by; a repetition changes nothing (R2). Refuses: NAME_TAKEN. */
export function admitBank(ledger: Ledger, { bank }: BankReference): Bank {
  if (namespaceOwner(bank)?.kind !== 'bank') throw errors.NAME_TAKEN({ bank });
  const banks = registry.find(ledger);

  const member: Bank = { bank, status: 'MEMBER' };
  const isNew = !banks.some((each) => each.bank === bank);
  const after = isNew ? [...banks, member] : banks.map((each) => (each.bank === bank ? member : each));

  registry.put(ledger, after);
  ledger.emit('BankAdmitted', { bank });
  return member;
}
