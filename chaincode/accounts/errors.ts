import { defineErrors } from '../core/errors.ts';

/** Row order is the order of checks in code, and in the reference. */
export const errors = defineErrors('ACCOUNTS', {
  DETAILS_INVALID: {
    status: 400, outcome: 'refused', retry: 'after-change',
    text: 'The transient details do not match the signed argument or their schema: {reason}.',
    fix: 'Send the records whose SHA-256 and count the argument names.',
  },
  ACCOUNT_ID_RESERVED: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AC01',
    text: 'The account id {accountId} does not begin with {bank}- as every account of this bank does.',
    fix: 'Open the account at the bank its id names.',
  },
  DETAILS_FIXED: {
    status: 409, outcome: 'refused', retry: 'never',
    text: 'Account {accountId} was opened with other private details.',
    fix: 'Leave the details as they are, or open another account.',
  },
  ACCOUNT_EXISTS: {
    status: 409, outcome: 'refused', retry: 'never',
    text: 'Account {accountId} exists already.',
    fix: 'Choose another account id; a closed account keeps its id for ever.',
  },
  ACCOUNT_NOT_FOUND: {
    status: 404, outcome: 'refused', retry: 'after-change', iso: 'AC01',
    text: 'Account {accountId} does not exist at {bank}.',
    fix: 'Check the account id, or open the account first.',
  },
  DETAILS_NOT_DEPOSITED: {
    status: 422, outcome: 'refused', retry: 'after-change',
    text: 'No private details of account {accountId} are deposited at {bank}.',
    fix: 'Deposit the details at the owner first, then open the account.',
  },
  DETAILS_DIGEST_MISMATCH: {
    status: 422, outcome: 'refused', retry: 'after-change',
    text: 'The deposited details of account {accountId} do not have the digest {detailsDigest}.',
    fix: 'Send the digest of the record that was deposited, its salt included.',
  },
  ACCOUNT_CLOSED: {
    status: 422, outcome: 'refused', retry: 'never', iso: 'AC04',
    text: 'Account {accountId} is closed.',
    fix: 'Use another account.',
  },
  ACCOUNT_FROZEN: {
    status: 422, outcome: 'refused', retry: 'later', iso: 'AC06',
    text: 'Account {accountId} is frozen.',
    fix: 'Unfreeze the account first.',
  },
  ACCOUNT_NOT_FROZEN: {
    status: 422, outcome: 'refused', retry: 'after-change',
    text: 'Account {accountId} is {accountStatus}, so there is nothing to unfreeze.',
    fix: 'Unfreeze only frozen accounts.',
  },
  ACCOUNT_HAS_PENDING: {
    status: 422, outcome: 'refused', retry: 'later',
    text: 'Account {accountId} still has holds of {pending}.',
    fix: 'Post or void the holds, or wait until they expire.',
  },
  ACCOUNT_NOT_EMPTY: {
    status: 422, outcome: 'refused', retry: 'after-change',
    text: 'Account {accountId} still has a balance of {booked}.',
    fix: 'Pay the balance out before the account is closed.',
  },
  CURRENCY_MISMATCH: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AM03',
    text: 'Account {accountId} is kept in {accountCurrency}, not {currency}.',
    fix: 'Send the amount in the currency of the account.',
  },
  INSUFFICIENT_FUNDS: {
    status: 422, outcome: 'refused', retry: 'after-change', iso: 'AM04',
    text: 'Account {accountId} has {available} available; {required} is required.',
    fix: 'Lower the amount, or fund the account.',
  },
});
