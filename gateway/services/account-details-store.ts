import { DETAILS_PAGE_MAX } from '@tangram/chaincode/accounts/schemas.ts';
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

export interface AccountDetailsStore {
  /**
   * Deposits with the own organisation alone; what comes while a deposit commits goes into the next one. Gives the page,
   * by its digest, that holds each record, in the order of the records.
   */
  deposit(details: SealedDetails[]): Promise<string[]>;
}

const DEPOSITS_AT_ONCE = 4;

/** Writes private details to the own implicit collection, a page in each ledger transaction. */
export function createAccountDetailsStore(client: FabricClient, bank: string): AccountDetailsStore {
  let waiting: { details: SealedDetails[]; settle: PromiseWithResolvers<string[]> }[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (waiting.length > 0) {
      const taken = waiting;
      waiting = [];
      try {
        const details = taken.flatMap((request) => request.details);
        const pages = await depositPages(client, bank, details);
        let next = 0;
        for (const request of taken) {
          const end = next + request.details.length;
          request.settle.resolve(range(next, end).map((index) => pages[Math.floor(index / DETAILS_PAGE_MAX)] ?? ''));
          next = end;
        }
      } catch (error) {
        for (const request of taken) request.settle.reject(error);
      }
    }
    isRunning = false;
  }

  return {
    deposit: (details) => {
      if (details.length === 0) return Promise.resolve([]);
      const settle = Promise.withResolvers<string[]>();
      waiting.push({ details, settle });
      if (!isRunning) void run();
      return settle.promise;
    },
  };
}

async function depositPages(client: FabricClient, bank: string, details: SealedDetails[]): Promise<string[]> {
  const pages: string[] = [];
  const rest = range(0, Math.ceil(details.length / DETAILS_PAGE_MAX)).values();
  const depositAll = async () => {
    for (const page of rest) {
      pages[page] = await submitPage(
        client,
        bank,
        details.slice(page * DETAILS_PAGE_MAX, (page + 1) * DETAILS_PAGE_MAX),
      );
    }
  };
  await Promise.all(Array.from({ length: DEPOSITS_AT_ONCE }, depositAll));
  return pages;
}

const range = (start: number, end: number) => Array.from({ length: end - start }, (_, offset) => start + offset);

async function submitPage(client: FabricClient, bank: string, details: SealedDetails[]): Promise<string> {
  const text = canonicalJson(details);
  const digest = sha256(text);
  await submitDirect(client, {
    call: {
      chaincode: bank,
      transactionName: 'accounts:depositDetails',
      argument: canonicalJson({ count: details.length, digest }),
      transient: { details: Buffer.from(text) },
    },
    endorsers: [client.mspId],
  });
  return digest;
}
