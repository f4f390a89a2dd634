import type { PaymentTexts } from './payment-texts.ts';
import type { GatewaySecrets } from './secrets.ts';

/** A ciphertext, with what it was bound to. */
export interface Sealed {
  paymentId: string;
  otherPublicKey: string;
  ciphertext: string;
}

const messagesPerGeneration = 10_000;

interface Generations {
  young: Map<string, PaymentTexts>;
  old: Map<string, PaymentTexts>;
}

const generations = new WeakMap<GatewaySecrets, Generations>();

const keyOf = ({ paymentId, otherPublicKey, ciphertext }: Sealed) => `${paymentId}\0${otherPublicKey}\0${ciphertext}`;

/** Keeps what this process has just encrypted itself: the block that carries it comes back within seconds. */
export function keepSealed(secrets: GatewaySecrets, sealed: Sealed, texts: PaymentTexts): void {
  const kept = generations.get(secrets) ?? { young: new Map(), old: new Map() };
  if (kept.young.size >= messagesPerGeneration) {
    kept.old = kept.young;
    kept.young = new Map();
  }
  kept.young.set(keyOf(sealed), texts);
  generations.set(secrets, kept);
}

/** Gives the texts of a ciphertext once; undefined when it is not from here, or was long ago. */
export function takeSealed(secrets: GatewaySecrets, sealed: Sealed): PaymentTexts | undefined {
  const kept = generations.get(secrets);
  if (!kept) return undefined;
  const key = keyOf(sealed);
  const texts = kept.young.get(key) ?? kept.old.get(key);
  kept.young.delete(key);
  kept.old.delete(key);
  return texts;
}
