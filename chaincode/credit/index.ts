export { type PublicCommitment, verifyDisclosure } from './disclosure/verify-disclosure.ts';
