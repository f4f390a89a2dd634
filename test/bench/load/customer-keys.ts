import { generateKeyPairSync } from 'node:crypto';
import { createSigner, type Signer, signPayment } from '@tangram/gateway/client/sign.ts';
import type { GatewayClient } from '@tangram/gateway/client.ts';
import { accountId, accountIndex } from './accounts.ts';
import { demandAll } from './demand-all.ts';
import type { Payment } from './payment-source.ts';
import type { Preparation, Traffic } from './protocol.ts';

const chunk = 500;
type Algorithm = Preparation['algorithm'];

/** Gives the accounts that take part a key of each kind; from then on their customers sign whatever debits them. */
export async function giveKeys(client: GatewayClient, { bank, accountsPerBank, range }: Traffic) {
  const { from, to } = range ?? { from: 0, to: accountsPerBank };
  const signers = Array.from(
    { length: to - from },
    (): Record<Algorithm, Signer> => ({
      ES256: createSigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey),
      Ed25519: createSigner(generateKeyPairSync('ed25519').privateKey),
    }),
  );
  let algorithm: Algorithm = 'ES256';
  for (let first = 0; first < signers.length; first += chunk) {
    const operations = signers.slice(first, first + chunk).map(({ ES256, Ed25519 }, offset) => {
      const account = accountId(bank, from + first + offset);
      const keys = [ES256.publicKey, Ed25519.publicKey].map((key) => ({ ...key }));
      const request = { changeId: `keys-${account}`, accountId: account, keys };
      return { operation: 'accounts:setSigningKeys', request };
    });
    await demandAll(() => client.submitOperations(bank, operations, { kind: 'operator', subject: 'bench' }));
  }
  return {
    /** From now on customers sign with keys of this kind. */
    use: (chosen: Algorithm) => {
      algorithm = chosen;
    },
    sign: ({ signature: _, ...payment }: Payment): Payment => {
      const signer = signers[accountIndex(payment.debtorAccount) - from]?.[algorithm] as Signer;
      return signPayment(signer, { channel: 'finance', bank }, payment);
    },
  };
}
