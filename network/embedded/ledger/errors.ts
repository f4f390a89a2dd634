export type LedgerErrorCode =
  | 'MALFORMED'
  | 'BLOCK_REFUSED'
  | 'SIMULATION'
  | 'POLICY_TEXT'
  | 'UNKNOWN_SNAPSHOT'
  | 'CLOSED';

/** A refusal by the ledger; where a 3.1.5 peer has a text for it, the message is that text. */
export class LedgerError extends Error {
  readonly code: LedgerErrorCode;

  constructor(code: LedgerErrorCode, message: string) {
    super(message);
    this.name = 'LedgerError';
    this.code = code;
  }
}
