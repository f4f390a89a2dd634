import { BANKS_KEY } from '../core/banks.ts';
import { type AnyOperation, defineOperation } from '../core/operation.ts';
import { admitBank } from './admit-bank.ts';
import { dismissBank } from './dismiss-bank.ts';
import { Bank, BankReference, Banks, Nothing } from './schemas.ts';
import { registry } from './store.ts';

export const registryOperations: readonly AnyOperation[] = [
  defineOperation({
    name: 'registry:admitBank',
    kind: 'submit',
    lanes: ['consortium'],
    roles: ['operator'],
    request: BankReference,
    result: Bank,
    run: admitBank,
    reads: () => ({ own: [BANKS_KEY] }),
  }),
  defineOperation({
    name: 'registry:dismissBank',
    kind: 'submit',
    lanes: ['consortium'],
    roles: ['operator'],
    request: BankReference,
    result: Bank,
    run: dismissBank,
    reads: () => ({ own: [BANKS_KEY] }),
  }),
  defineOperation({
    name: 'registry:listBanks',
    kind: 'query',
    lanes: ['bank', 'centralbank', 'consortium'],
    roles: ['customer', 'operator', 'system'],
    request: Nothing,
    result: Banks,
    run: (ledger) => ({ banks: [...registry.find(ledger)] }),
  }),
];
