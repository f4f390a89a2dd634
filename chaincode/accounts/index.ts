export { creditSuspense, findOwnAccount, suspenseAccount } from './balances.ts';
export { assertSigned, assertUnsigned, authoriseDebit, claimedSignature } from './signatures.ts';
export { signingKeysText, withdrawalText } from './signing-texts.ts';
