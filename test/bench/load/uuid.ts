import { randomFillSync } from 'node:crypto';

const entropyBytes = 16 * 1024;
const entropy = Buffer.allocUnsafe(entropyBytes);
let used = entropyBytes;

/** A UUIDv7 (RFC 9562): 48 bits of time, version and variant, 74 random bits; the ids that the ledger files by time. */
export function uuidv7(now = Date.now()): string {
  if (used + 10 > entropyBytes) {
    randomFillSync(entropy);
    used = 0;
  }
  const time = Math.floor(now).toString(16).padStart(12, '0');
  const random = entropy.toString('hex', used, used + 10);
  used += 10;
  const variant = '89ab'[Number.parseInt(random.charAt(3), 16) & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(4, 7)}-${random.slice(7, 19)}`;
}
