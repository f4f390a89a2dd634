import type { GatewayClient } from '@tangram/gateway/client.ts';
import { accountId, currency, customerId } from './accounts.ts';
import { demandAll } from './demand-all.ts';
import type { LoadRequest } from './protocol.ts';
import { uuidv7 } from './uuid.ts';

const requester = { kind: 'operator', subject: 'bench' } as const;
const openChunk = 2_000;
/** Details of one chunk are deposited while the accounts of another are opened. */
const openAtOnce = 3;

/** Opens numbered accounts of the bank, each with its details and a deposit; many in one batch. */
export async function openAccounts(
  client: GatewayClient,
  bank: string,
  { first, count, deposit, customers }: Extract<LoadRequest, { kind: 'openAccounts' }>,
): Promise<number> {
  const end = first + count;
  let next = first;
  const openMore = async () => {
    while (next < end) {
      const start = next;
      next = Math.min(end, start + openChunk);
      await openChunkOf(client, bank, { start, end: next, deposit, customers });
    }
  };
  await Promise.all(Array.from({ length: openAtOnce }, openMore));
  return count;
}

interface Chunk {
  start: number;
  end: number;
  deposit: string;
  customers: number;
}

async function openChunkOf(
  client: GatewayClient,
  bank: string,
  { start, end, deposit, customers }: Chunk,
): Promise<void> {
  const indexes = Array.from({ length: end - start }, (_, offset) => start + offset);
  const accounts = indexes.map((index) => ({
    accountId: accountId(bank, index),
    name: `Customer ${index % customers}`,
    currency,
    customerId: customerId(bank, index % customers),
  }));
  await demandAll(() => client.accounts.open(accounts, requester));
  // Made once: what is asked for again must carry the id that it had.
  const deposits = accounts.map((account) => ({
    operation: 'accounts:deposit',
    request: { depositId: uuidv7(), accountId: account.accountId, amount: { amount: deposit, currency } },
  }));
  await demandAll(() => client.submitOperations(bank, deposits, requester));
}
