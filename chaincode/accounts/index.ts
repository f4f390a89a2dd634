export { creditSuspense, findOwnAccount, suspenseAccount } from './balances.ts';
export { assertUnsigned, authoriseDebit, claimedSignature } from './signatures.ts';
export { signingKeysText, withdrawalText } from './signing-texts.ts';
