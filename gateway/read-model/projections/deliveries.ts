import { putRows } from '../put-rows.ts';
import type { Row } from '../schema.ts';
import type { Projection } from './projection.ts';

/**
 * How far the outboxes of and to the own bank were received, and when. Rows up to the receiver's cursor are credited in
 * the batch that moves it: a payment is settled then, unless it came back.
 */
export const projectDeliveries: Projection = async ({ database, facts, memory, organization }) => {
  const rows: Row<'delivery'>[] = [];
  for (const { header } of facts.batches) {
    const receiver = header.lane;
    for (const [sender, cursor] of Object.entries(header.head.inbox)) {
      if (sender !== organization && receiver !== organization) continue;
      const pair = `${sender}/${receiver}`;
      const upTo = BigInt(cursor);
      if (upTo <= (memory.delivered.get(pair) ?? 0n)) continue;
      memory.delivered.set(pair, upTo);
      rows.push({ sender, receiver, up_to: upTo, time: header.time });
    }
  }
  await putRows(database, 'delivery', rows);
};
