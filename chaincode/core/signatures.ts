import { NotLoaded } from './not-loaded.ts';

/** JOSE names: ECDSA on P-256 with SHA-256 (RFC 7518), and Ed25519 (RFC 8032, RFC 9864). */
export const SIGNATURE_ALGORITHMS = ['ES256', 'Ed25519'] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** A signature that an operation wants verified. */
export interface SignatureCheck {
  readonly algorithm: SignatureAlgorithm;
  /** Base64url: the 65 bytes of an uncompressed point (ES256) or the 32 bytes of RFC 8032 (Ed25519). */
  readonly publicKey: string;
  /** UTF-8 of what was signed. */
  readonly message: string;
  /** Base64url of 64 bytes: r and s one after the other (ES256), or as RFC 8032 gives it (Ed25519). */
  readonly signature: string;
}

/** Tells of each check, in their order, whether its signature is good. Throws when it cannot tell. */
export type VerifySignatures = (checks: readonly SignatureCheck[]) => Promise<readonly boolean[]>;

/**
 * The signatures of one ledger transaction. They are verified together before its operations run, because that takes a
 * hundred times as long as the rest; what an operation asks for beyond is verified then, and the operation runs again.
 */
export class Signatures {
  readonly #verify: VerifySignatures | undefined;
  readonly #verdicts = new Map<string, boolean>();

  constructor(verify: VerifySignatures | undefined) {
    this.#verify = verify;
  }

  async load(checks: readonly SignatureCheck[]): Promise<void> {
    const missing = new Map<string, SignatureCheck>();
    for (const check of checks) {
      const name = nameOf(check);
      if (!this.#verdicts.has(name)) missing.set(name, check);
    }
    if (missing.size === 0) return;
    if (this.#verify === undefined) throw new Error('only operations of a lane batch check signatures');
    const verdicts = await this.#verify([...missing.values()]);
    let place = 0;
    for (const name of missing.keys()) this.#verdicts.set(name, verdicts[place++] === true);
  }

  isValid(check: SignatureCheck): boolean {
    const verdict = this.#verdicts.get(nameOf(check));
    if (verdict === undefined) throw new NotLoaded(() => this.load([check]));
    return verdict;
  }
}

/** One name for each check that differs in anything. */
export const nameOf = ({ algorithm, publicKey, message, signature }: SignatureCheck): string =>
  `${signature} ${algorithm} ${publicKey} ${message}`;
