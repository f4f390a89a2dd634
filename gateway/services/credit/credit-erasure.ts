import type { ErasureCertificate } from '@tangram/chaincode/credit/schemas.ts';
import type { Booked, Requester } from '../types.ts';
import { type CreditServiceOptions, deposit, findSubject, homeOf } from './credit-ledger.ts';

export interface Erasure {
  readonly booked: Booked<ErasureCertificate>;
  /** Banks whose copies were purged; their own gateways destroy their keys and certify. */
  readonly purgedAt: string[];
  /** Banks that hold a copy and could not be reached: the same request again tries them anew. */
  readonly pending: string[];
}

/**
 * Forgets a subject. At the home bank: orders it, so that nobody reads on, and purges every bank's copy. At each bank:
 * purges, destroys the own key and certifies that nothing is left. Repeating it is harmless. Throws ServiceError.
 */
export async function eraseSubject(
  options: CreditServiceOptions,
  { erasureId, subjectId }: { readonly erasureId: string; readonly subjectId: string },
  requester: Requester,
): Promise<Erasure> {
  const { bank, banks, keys, operations, queries } = options;
  if (homeOf(subjectId) === bank) {
    await operations.submitOne({ operation: 'credit:eraseSubject', request: { erasureId, subjectId }, requester });
  }
  await purge(options, bank, subjectId);
  keys.destroy(subjectId);
  const purgedAt: string[] = [];
  const pending: string[] = [];
  for (const other of homeOf(subjectId) === bank ? banks.filter((name) => name !== bank) : []) {
    try {
      if ((await findSubject(queries, other, subjectId)) === undefined) continue;
      await purge(options, other, subjectId);
      purgedAt.push(other);
    } catch {
      pending.push(other);
    }
  }
  const request = { subjectId };
  const booked = await operations.submitOne<ErasureCertificate>({
    operation: 'credit:certifyErasure',
    request,
    requester,
  });
  return { booked, purgedAt, pending };
}

async function purge({ client }: CreditServiceOptions, bank: string, subjectId: string): Promise<void> {
  await deposit(client, { bank, operation: 'credit:purgeSubject', request: { subjectId } });
}
