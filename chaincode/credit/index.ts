export { Disclosure } from './disclosure/commitment.ts';
export { type PublicCommitment, verifyDisclosure } from './disclosure/verify-disclosure.ts';
export { findScore, findScoreConsent, provenDecision } from './proven-decision.ts';
export { Consent } from './schemas.ts';
export { ScoreStatement } from './score-schemas.ts';
