import { createRemoteJWKSet, type JWTPayload, type JWTVerifyGetKey, errors as joseErrors, jwtVerify } from 'jose';
import type { Requester } from '../services/types.ts';
import { authErrors as errors } from './authentication-errors.ts';

export const ROLES = ['customer', 'operator', 'regulator'] as const;
export type Role = (typeof ROLES)[number];

/** Who sends a request, as the trusted issuer says. */
export interface Caller {
  /** The customerId when the caller is a customer. */
  subject: string;
  roles: readonly Role[];
  bank: string;
  /** Seconds since 1970. */
  expiresAt: number;
}

export interface IssuerConfig {
  jwksUrl: string;
  issuer: string;
  audience: string;
}

export interface AuthenticationOptions {
  issuer: IssuerConfig;
  organization: string;
  /** Where keys come from; the issuer's JWKS when absent. */
  keys?: JWTVerifyGetKey;
}

const TOKEN_LIFETIME_SECONDS_MAX = 3600;
const CLOCK_TOLERANCE_SECONDS = 5;
const REGULATOR_BANK = 'centralbank';
// Asymmetric only: with a shared secret every gateway could make tokens for every other.
const ALGORITHMS = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'RS256', 'PS256'];

/**
 * Makes the check of an Authorization header. Refuses, in order: TOKEN_MISSING, TOKEN_INVALID, TOKEN_EXPIRED,
 * ISSUER_UNREACHABLE, TOKEN_CLAIM_INVALID, TOKEN_LIFETIME_TOO_LONG, WRONG_BANK.
 */
export function createAuthenticator(options: AuthenticationOptions): (header: string | undefined) => Promise<Caller> {
  const { issuer, organization } = options;
  const keys =
    options.keys ??
    createRemoteJWKSet(new URL(issuer.jwksUrl), {
      timeoutDuration: 3000,
      cooldownDuration: 1000,
      cacheMaxAge: 600_000,
    });

  const known = new KnownTokens();
  return async (header) => known.find(header) ?? known.keep(header, await identify(header));

  async function identify(header: string | undefined): Promise<Caller> {
    const token = /^Bearer ([A-Za-z0-9._~+/=-]{1,8192})$/i.exec(header ?? '')?.[1];
    if (token === undefined) throw header === undefined ? errors.TOKEN_MISSING() : errors.TOKEN_INVALID();
    const payload = await verified(token, keys, issuer);
    const caller = callerOf(payload);
    const isRegulator = caller.bank === REGULATOR_BANK && caller.roles.includes('regulator');
    if (caller.bank !== organization && !isRegulator) {
      throw errors.WRONG_BANK({ tokenBank: caller.bank, organization });
    }
    // Away from home the central bank's token is worth its reading role only.
    return caller.bank === organization ? caller : { ...caller, roles: ['regulator'] };
  }
}

const KNOWN_MAX = 10_000;
const KNOWN_MILLISECONDS = 30_000;

/**
 * Callers whose tokens were verified a moment ago: a signature costs more than the payment that it comes with. Kept for
 * less time than the issuer's keys are, so that a withdrawn key opens nothing for longer than it would anyway.
 */
class KnownTokens {
  readonly #callers = new Map<string, { readonly caller: Caller; readonly until: number }>();

  find(header: string | undefined): Caller | undefined {
    const known = header === undefined ? undefined : this.#callers.get(header);
    return known !== undefined && Date.now() < known.until ? known.caller : undefined;
  }

  keep(header: string | undefined, caller: Caller): Caller {
    if (header === undefined) return caller;
    this.#callers.delete(header);
    if (this.#callers.size >= KNOWN_MAX) this.#callers.delete(this.#callers.keys().next().value as string);
    const until = Math.min(caller.expiresAt * 1000, Date.now() + KNOWN_MILLISECONDS);
    this.#callers.set(header, { caller, until });
    return caller;
  }
}

async function verified(token: string, keys: JWTVerifyGetKey, issuer: IssuerConfig): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer: issuer.issuer,
      audience: issuer.audience,
      algorithms: ALGORITHMS,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['sub', 'exp'],
    });
    return payload;
  } catch (error) {
    if (error instanceof joseErrors.JWTExpired) throw errors.TOKEN_EXPIRED();
    if (error instanceof joseErrors.JWTClaimValidationFailed) throw errors.TOKEN_CLAIM_INVALID({ claim: error.claim });
    if (isUnreachable(error)) throw Object.assign(errors.ISSUER_UNREACHABLE(), { cause: error });
    throw errors.TOKEN_INVALID();
  }
}

/** jose reports a failed fetch as a timeout, as a bare JOSEError (status, not JSON) or as fetch's own error. */
function isUnreachable(error: unknown): boolean {
  if (!(error instanceof joseErrors.JOSEError)) return true;
  return [joseErrors.JWKSTimeout.code, joseErrors.JWKSInvalid.code, joseErrors.JOSEError.code].includes(error.code);
}

function callerOf(payload: JWTPayload): Caller {
  const { sub, exp, roles, bank } = payload;
  if (typeof sub !== 'string' || !/^[^\p{Cc}\p{Cs}]{1,64}$/u.test(sub))
    throw errors.TOKEN_CLAIM_INVALID({ claim: 'sub' });
  if (typeof bank !== 'string' || !/^[a-z0-9]{1,31}$/.test(bank)) throw errors.TOKEN_CLAIM_INVALID({ claim: 'bank' });
  const known = Array.isArray(roles) ? ROLES.filter((role) => roles.includes(role)) : [];
  if (known.length === 0) throw errors.TOKEN_CLAIM_INVALID({ claim: 'roles' });
  const secondsLeft = exp! - Date.now() / 1000;
  if (secondsLeft > TOKEN_LIFETIME_SECONDS_MAX + CLOCK_TOLERANCE_SECONDS) {
    throw errors.TOKEN_LIFETIME_TOO_LONG({ secondsMax: TOKEN_LIFETIME_SECONDS_MAX });
  }
  return { subject: sub, roles: known, bank, expiresAt: exp! };
}

/** How the services see a caller; staff act as operators even where they are customers too. */
export function requesterOf(caller: Caller): Requester {
  return { kind: caller.roles.includes('operator') ? 'operator' : 'customer', subject: caller.subject };
}
