import { canonicalJson, sha256 } from '@tangram/chaincode/core/canonical.ts';
import type { FabricClient } from '../fabric/fabric-client.ts';
import { type SealedDetails, sealDetails } from '../secrets/account-details.ts';
import type { GatewaySecrets } from '../secrets/secrets.ts';
import { submitDirect } from './direct-transaction.ts';
import type { OpenAccount } from './types.ts';

/** The record of an account as it is deposited: sealed, for whatever a peer keeps it gives to other banks' clients too. */
export function sealedDetailsOf(secrets: GatewaySecrets, account: OpenAccount): SealedDetails {
  const { accountId, name, customerId, iban } = account;
  return sealDetails(secrets, {
    accountId,
    name,
    ...(customerId === undefined ? {} : { customerId }),
    ...(iban === undefined ? {} : { iban }),
  });
}

/** The public commitment to details. */
export function digestDetails(details: SealedDetails): string {
  return sha256(canonicalJson(details));
}

export interface AccountDetailsStore {
  /** Deposits with the own organisation alone; what comes while a deposit commits goes into the next one. */
  deposit(details: SealedDetails[]): Promise<void>;
}

/** A peer writes the private rows of one ledger transaction one by one, those of several at a time. */
const DEPOSIT_MAX = 500;
const DEPOSITS_AT_ONCE = 4;

/** Writes private details to the own implicit collection, many in one ledger transaction. */
export function createAccountDetailsStore(client: FabricClient, bank: string): AccountDetailsStore {
  let waiting: { details: SealedDetails[]; settle: PromiseWithResolvers<void> }[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      try {
        const details = taken.flatMap((request) => request.details);
        const starts = Array.from(
          { length: Math.ceil(details.length / DEPOSIT_MAX) },
          (_, index) => index * DEPOSIT_MAX,
        );
        const rest = starts.values();
        const depositAll = async () => {
          for (const start of rest) await submitDeposit(client, bank, details.slice(start, start + DEPOSIT_MAX));
        };
        await Promise.all(Array.from({ length: DEPOSITS_AT_ONCE }, depositAll));
        for (const request of taken) request.settle.resolve();
      } catch (error) {
        for (const request of taken) request.settle.reject(error);
      }
    }
    isRunning = false;
  }

  return {
    deposit: (details) => {
      if (details.length === 0) return Promise.resolve();
      const settle = Promise.withResolvers<void>();
      waiting.push({ details, settle });
      if (!isRunning) void run();
      return settle.promise;
    },
  };
}

async function submitDeposit(client: FabricClient, bank: string, details: SealedDetails[]): Promise<void> {
  const text = canonicalJson(details);
  await submitDirect(client, {
    call: {
      chaincode: bank,
      transactionName: 'accounts:depositDetails',
      argument: canonicalJson({ count: details.length, digest: sha256(text) }),
      transient: { details: Buffer.from(text) },
    },
    endorsers: [client.mspId],
  });
}
