import { defineErrors } from '../core/errors.ts';

/** Row order is the order of checks in code, and in the reference. */
export const errors = defineErrors('SETTLEMENT', {
  NOT_SIGNED_FOR: {
    status: 403,
    outcome: 'refused',
    retry: 'never',
    text: 'The signed proposal does not ask for settlement {settlementId} of this pair.',
    fix: 'Call settlement:settlePair at the central bank.',
  },
  BANK_UNKNOWN: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    iso: 'RC01',
    text: '{bank} is not a commercial bank of this network.',
    fix: 'Name one of the banks of the network.',
  },
  SAME_BANK: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: '{bank} cannot settle with itself, nor limit itself.',
    fix: 'Name two banks.',
  },
  EXISTS_WITH_DIFFERENT_PAYLOAD: {
    status: 409,
    outcome: 'refused',
    retry: 'never',
    iso: 'DUPL',
    text: 'Settlement {settlementId} exists with another payload.',
    fix: 'Use a new settlement id for a new request.',
  },
  BATCH_NOT_FOUND: {
    status: 404,
    outcome: 'refused',
    retry: 'later',
    text: 'Lane {bank} has no batch {sequence}.',
    fix: 'Name a committed batch of the lane.',
  },
  NOTHING_TO_SETTLE: {
    status: 422,
    outcome: 'refused',
    retry: 'later',
    text: '{creditorBank} has received nothing from {debtorBank} in {currency} that is not settled yet.',
    fix: 'Settle when later payments have been delivered.',
  },
  INSUFFICIENT_BALANCE: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    iso: 'AM04',
    text: '{bank} has {balance} {currency} at the central bank; {required} is required.',
    fix: 'Have the central bank issue settlement balance, or settle claims of this bank first.',
  },
  BALANCE_BACKS_CUSTOMERS: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    iso: 'AM02',
    text: '{bank} has {balance} {currency}, of which {backingNeed} backs its customers; {required} is required.',
    fix: 'Withdraw at most what backs no customer.',
  },
  BALANCE_EXCEEDED: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    iso: 'AM02',
    text: '{bank} has {balance} {currency} at the central bank; its books would need {required}.',
    fix: 'Have the central bank issue settlement balance first, or ask for less.',
  },
});
