import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import type { Bank, BankReference } from './schemas.ts';
import { registry } from './store.ts';

/** Lets a bank leave: no new payments reach it, what is open is still settled (R3). Refuses: BANK_UNKNOWN. */
export function dismissBank(ledger: Ledger, { bank }: BankReference): Bank {
  const banks = registry.find(ledger);
  if (!banks.some((each) => each.bank === bank)) throw errors.BANK_UNKNOWN({ bank });

  const leaving: Bank = { bank, status: 'LEAVING' };

  registry.put(
    ledger,
    banks.map((each) => (each.bank === bank ? leaving : each)),
  );
  ledger.emit('BankDismissed', { bank });
  return leaving;
}
