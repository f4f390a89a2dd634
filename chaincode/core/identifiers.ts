import { isValidBIC, isValidIBAN } from 'ibantools';
import { errors } from './core-errors.ts';

const CLIENT_ID = /^[A-Za-z0-9-]{1,36}$/;
const ACCOUNT_ID = /^[a-z0-9-]{3,40}$/;
const LEI = /^[A-Z0-9]{18}[0-9]{2}$/;
const UETR = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const USCC = /^[1-9A-HJ-NP-RTUW-Y][0-9A-HJ-NP-RTUW-Y][0-9]{6}[0-9A-HJ-NP-RTUW-Y]{10}$/;
const USCC_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** A client-chosen id: 1 to 36 letters, digits and hyphens. */
export function isClientId(value: string): boolean {
  return CLIENT_ID.test(value);
}

/** `<bank>-<rest>`, 3 to 40 lower-case letters, digits and hyphens. */
export function isAccountId(value: string): boolean {
  const hyphen = value.indexOf('-');
  return ACCOUNT_ID.test(value) && hyphen > 0 && hyphen < value.length - 1;
}

/** The bank at which an account is held. Refuses: IDENTIFIER_INVALID. */
export function bankOfAccount(accountId: string): string {
  if (!isAccountId(accountId)) throw errors.IDENTIFIER_INVALID({ kind: 'account id' });
  return accountId.slice(0, accountId.indexOf('-'));
}

/** ISO 17442: the digits of the code, letters as 10 to 35, leave 1 modulo 97 (ISO 7064 mod 97-10). */
export function isLei(value: string): boolean {
  if (!LEI.test(value)) return false;
  let remainder = 0;
  for (const character of value) {
    const digits = Number.parseInt(character, 36);
    remainder = (remainder * (digits > 9 ? 100 : 10) + digits) % 97;
  }
  return remainder === 1;
}

/** ISO 13616 in electronic form, without spaces. */
export function isIban(value: string): boolean {
  return isValidIBAN(value);
}

/** ISO 9362, 8 or 11 capitals and digits. */
export function isBic(value: string): boolean {
  return value === value.toUpperCase() && isValidBIC(value);
}

/** A UUID of version 4 in lower case, as SWIFT gpi demands. */
export function isUetr(value: string): boolean {
  return UETR.test(value);
}

/** GB 32100-2015: 18 characters without I, O, S, V and Z; weights are powers of 3 modulo 31. */
export function isUscc(value: string): boolean {
  if (!USCC.test(value)) return false;
  let sum = 0;
  let weight = 1;
  for (const character of value.slice(0, 17)) {
    sum += USCC_ALPHABET.indexOf(character) * weight;
    weight = (weight * 3) % 31;
  }
  return USCC_ALPHABET[(31 - (sum % 31)) % 31] === value[17];
}
