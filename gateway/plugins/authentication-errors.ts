import { defineErrors } from '@tangram/chaincode/core/errors.ts';

/** Refusals of who asks, before anything is asked of the ledger. */
export const authErrors = defineErrors('AUTH', {
  TOKEN_MISSING: {
    status: 401,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The request carries no bearer token.',
    fix: 'Send Authorization: Bearer with a token of the issuer.',
  },
  TOKEN_INVALID: {
    status: 401,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The token is not one of the trusted issuer for this audience.',
    fix: 'Ask the issuer for a new token.',
  },
  TOKEN_EXPIRED: {
    status: 401,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The token has expired.',
    fix: 'Ask the issuer for a new token.',
  },
  TOKEN_LIFETIME_TOO_LONG: {
    status: 401,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The token is valid for more than {secondsMax} seconds.',
    fix: 'Ask the issuer for a token of an hour at most.',
  },
  TOKEN_CLAIM_INVALID: {
    status: 401,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The claim {claim} of the token is missing or wrong.',
    fix: 'Ask the issuer for a token with sub, roles, bank and exp.',
  },
  ISSUER_UNREACHABLE: {
    status: 503,
    outcome: 'failed',
    retry: 'later',
    text: 'The keys of the token issuer cannot be fetched.',
    fix: 'Send the same request again in a moment.',
  },
  WRONG_BANK: {
    status: 403,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The token is for {tokenBank}; this is the gateway of {organization}.',
    fix: 'Send the request to the gateway of your own bank.',
  },
  ROLE_NOT_ALLOWED: {
    status: 403,
    outcome: 'refused',
    retry: 'never',
    text: 'The role {roles} may not do this; it takes {allowed}.',
    fix: 'Use a token with one of these roles.',
  },
  ACCOUNT_NOT_YOURS: {
    status: 403,
    outcome: 'refused',
    retry: 'never',
    text: 'Account {accountId} is not one that you may use.',
    fix: 'Use an account of your own.',
  },
  BANK_NOT_YOURS: {
    status: 403,
    outcome: 'refused',
    retry: 'never',
    text: 'You may not act for {bank}.',
    fix: 'Act for your own bank only.',
  },
  SIBLING_REFUSED: {
    status: 401,
    outcome: 'refused',
    retry: 'never',
    text: "The request is not signed by another of this organisation's gateways.",
    fix: 'Use the public paths; this one is for the gateways among themselves.',
  },
});
