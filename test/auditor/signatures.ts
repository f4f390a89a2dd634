import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { account, bank } from './parties.ts';
import { bankOf, type Model, refused, type Step, type Verdict } from './state.ts';

/** A customer's public key, as the ledger was given it. */
export interface PublicKey {
  readonly algorithm: string;
  readonly publicKey: string;
}

const CHANNEL = 'finance';
const OBJECTION_DAYS = 7;

type Line = readonly [name: string, value: string | undefined];

/** What customers sign, line by line, as the guide has it. */
const LINES: Readonly<Record<string, (request: any, lane: string) => Line[]>> = {
  'payments:sendPayment': (request) => [
    ['paymentId', request.paymentId],
    ...transferLines(request),
    ['uetr', request.uetr],
    ['linked', request.linked ? 'true' : undefined],
  ],
  'payments:holdFunds': (request) => [
    ['holdId', request.holdId],
    ...transferLines(request),
    ['expiresAt', request.expiresAt],
    ['uetr', request.uetr],
  ],
  'payments:refundPayment': (request, lane) => [
    ['refundId', request.refundId],
    ['paymentId', request.paymentId],
    ['debtorBank', request.debtorBank ?? lane],
    ...moneyLines(request.amount),
  ],
  'accounts:withdraw': (request) => [
    ['withdrawalId', request.withdrawalId],
    ['accountId', request.accountId],
    ...moneyLines(request.amount),
  ],
  'lending:offerFunding': (request) => [
    ...named(request, 'offerId requestId lenderAccount'),
    ...moneyLines(request.amount),
    ['leastRate', request.leastRate],
  ],
  'lending:setMandate': (request) => [
    ...named(request, 'mandateId lenderAccount productId productVersion'),
    ...moneyLines(request.most),
    ['leastRate', request.leastRate],
  ],
  'lending:repayLoan': (request) => [
    ...named(request, 'repaymentId loanId'),
    ...moneyLines(request.amount),
    ['valueDate', request.valueDate],
  ],
  'lending:recoverLoan': (request) => [
    ...named(request, 'recoveryId loanId debtorAccount'),
    ...moneyLines(request.amount),
  ],
  'lending:offerShare': (request) => [
    ...named(request, 'saleId loanId sellerAccount'),
    ['principal', request.principal.amount],
    ['price', request.price.amount],
    ['currency', request.price.currency],
    ['expiresAt', request.expiresAt],
  ],
  'lending:buyShare': (request) => named(request, 'purchaseId saleId buyerAccount'),
  'accounts:setSigningKeys': (request) => [
    ['changeId', request.changeId],
    ['accountId', request.accountId],
    ...request.keys.map((key: PublicKey): Line => ['key', `${key.algorithm} ${key.publicKey}`]),
  ],
};

/** Fields of the request by these names. */
const named = (request: any, names: string): Line[] => names.split(' ').map((name) => [name, String(request[name])]);

const moneyLines = (money?: { amount: string; currency: string }): Line[] => [
  ['amount', money?.amount],
  ['currency', money?.currency],
];

const transferLines = (request: any): Line[] => [
  ['debtorAccount', request.debtorAccount],
  ['creditorAccount', request.creditorAccount],
  ...moneyLines(request.amount),
];

/** The text under a signature of an operation's request. */
export function signedTextOf({ lane, operation, request }: Pick<Step, 'lane' | 'operation' | 'request'>): string {
  const head: Line[] = [
    ['channel', CHANNEL],
    ['bank', lane],
    ['operation', operation],
  ];
  const lines = [...head, ...(LINES[operation]?.(request, lane) ?? [])].filter(([, value]) => value !== undefined);
  return ['tangram-signature-v1', ...lines.map(([name, value]) => `${name}=${value}`), ''].join('\n');
}

/** Key ids are the beginning of the digest of the key's bytes. */
export const keyIdOf = ({ publicKey }: PublicKey): string =>
  createHash('sha256').update(Buffer.from(publicKey, 'base64url')).digest('hex').slice(0, 16);

/** A part of the book that gives an account other keys would let others sign after a cold start. */
export function compareKeys(
  name: string,
  known: readonly PublicKey[] = [],
  found: readonly (PublicKey & { readonly keyId: string })[] = [],
): string[] {
  const isSame =
    known.length === found.length &&
    found.every(({ keyId, algorithm, publicKey }, place) => {
      const key = known[place];
      return key?.algorithm === algorithm && key.publicKey === publicKey && keyIdOf(key) === keyId;
    });
  return isSame ? [] : [`${name} has other signing keys than it was given`];
}

/** Why an account cannot be debited as asked for want of a signature. */
export function signatureFault(model: Model, step: Step, accountId: string): string | undefined {
  const { keys } = account(model, accountId);
  const { signature } = step.request;
  if (keys === undefined && signature === undefined) return undefined;
  if (signature === undefined) return 'ACCOUNTS_SIGNATURE_MISSING';
  const key = keys?.find((each) => keyIdOf(each) === signature.keyId);
  if (key === undefined) return 'ACCOUNTS_SIGNATURE_KEY_UNKNOWN';
  return isSignedBy(key, signedTextOf(step), signature.value) ? undefined : 'ACCOUNTS_SIGNATURE_INVALID';
}

function isSignedBy(key: PublicKey, text: string, signature: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  const isEcdsa = key.algorithm === 'ES256';
  const options = { key: readKey(key) as KeyObject, dsaEncoding: 'ieee-p1363' } as const;
  return verify(isEcdsa ? 'sha256' : null, Buffer.from(text), options, bytes);
}

/** Customers pay again and again, and reading a key costs half as much as verifying with it. */
const known = new Map<string, KeyObject>();
const KNOWN_MAX = 20_000;

/** Undefined where the bytes are no key of the algorithm. */
function readKey(key: PublicKey): KeyObject | undefined {
  const name = `${key.algorithm} ${key.publicKey}`;
  const found = known.get(name) ?? parseKey(key);
  if (known.size >= KNOWN_MAX) known.clear();
  if (found !== undefined) known.set(name, found);
  return found;
}

function parseKey({ algorithm, publicKey }: PublicKey): KeyObject | undefined {
  const bytes = Buffer.from(publicKey, 'base64url');
  const part = (start: number) => bytes.subarray(start, start + 32).toString('base64url');
  const jwk =
    algorithm === 'ES256'
      ? { kty: 'EC', crv: 'P-256', x: part(1), y: part(33) }
      : { kty: 'OKP', crv: algorithm, x: part(0) };
  if (bytes.length !== (algorithm === 'ES256' ? 65 : 32)) return undefined;
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}

const keyFault = (keys: readonly PublicKey[]): string | undefined =>
  keys.every((key) => readKey(key) !== undefined) ? undefined : 'ACCOUNTS_SIGNING_KEY_INVALID';

function statusFault(model: Model, { lane, request }: Step): string | undefined {
  const found = bankOf(request.accountId) === lane ? bank(model, lane).accounts.get(request.accountId) : undefined;
  if (found === undefined) return 'ACCOUNTS_ACCOUNT_NOT_FOUND';
  return found.status === 'CLOSED' ? 'ACCOUNTS_ACCOUNT_CLOSED' : undefined;
}

function giveKeys(model: Model, accountId: string, keys: readonly PublicKey[]): Verdict {
  const found = account(model, accountId);
  if (keys.length === 0) delete found.keys;
  else found.keys = keys;
  delete found.recovery;
  return { postings: [] };
}

export function setSigningKeys(model: Model, step: Step): Verdict {
  const { accountId, keys } = step.request;
  const code =
    statusFault(model, step) ??
    (account(model, accountId).status === 'FROZEN' ? 'ACCOUNTS_ACCOUNT_FROZEN' : undefined) ??
    signatureFault(model, step, accountId) ??
    keyFault(keys);
  return code === undefined ? giveKeys(model, accountId, keys) : refused(code);
}

export function announceKeyRecovery(model: Model, step: Step): Verdict {
  const { accountId, recoveryId, keys } = step.request;
  const code =
    statusFault(model, step) ??
    (account(model, accountId).keys === undefined ? 'ACCOUNTS_SIGNING_KEYS_ABSENT' : undefined) ??
    keyFault(keys);
  if (code !== undefined) return refused(code);
  account(model, accountId).recovery = { recoveryId, keys, from: Date.parse(step.now) + OBJECTION_DAYS * 86_400_000 };
  return { postings: [] };
}

export function completeKeyRecovery(model: Model, step: Step): Verdict {
  const { accountId, recoveryId } = step.request;
  const code = statusFault(model, step);
  if (code !== undefined) return refused(code);
  const { recovery } = account(model, accountId);
  if (recovery === undefined || recovery.recoveryId !== recoveryId)
    return refused('ACCOUNTS_KEY_RECOVERY_NOT_ANNOUNCED');
  if (Date.parse(step.now) < recovery.from) return refused('ACCOUNTS_KEY_RECOVERY_TOO_EARLY');
  return giveKeys(model, accountId, recovery.keys);
}
