import { channels } from '../../config/topology.ts';
import type { Member } from '../../native/members.ts';

/** Asks the chaincode of a name on the finance channel through a member's peer; nothing is ordered. */
export async function ask<Answer>(member: Member, chaincode: string, call: [string, unknown]): Promise<Answer> {
  const [operation, request] = call;
  const args = [operation, JSON.stringify(request)];
  const answer = await member.peer.query(member.admin, { chaincode, channel: channels.finance, args });
  return JSON.parse(Buffer.from(answer).toString()) as Answer;
}

/** Public rows of a namespace in the order asked; undefined where there is none. */
export async function readRows<Row>(
  member: Member,
  namespace: string,
  keys: readonly string[],
): Promise<(Row | undefined)[]> {
  const values = await ask<(string | null)[]>(member, namespace, ['lane:read', keys]);
  return values.map((value) => (value === null ? undefined : (JSON.parse(value) as Row)));
}

interface BankEntry {
  bank: string;
  status: 'MEMBER' | 'LEAVING';
}

/** How the consortium's registry has a bank; undefined when it has not. */
export async function bankStatus(member: Member, name: string): Promise<BankEntry['status'] | undefined> {
  const { banks } = await ask<{ banks: BankEntry[] }>(member, 'consortium', ['registry:listBanks', {}]);
  return banks.find(({ bank }) => bank === name)?.status;
}
