/** Cumulative counters of one direction of a pair in one currency. */
export interface Position {
  readonly sent: bigint;
  readonly received: bigint;
  readonly settled: bigint;
}

/** Delivered and not yet settled: what a settlement of the pair is about (S1). */
export function due(position: Position): bigint {
  const delivered = smaller(position.sent, position.received);
  return delivered > position.settled ? delivered - position.settled : 0n;
}

/** What a settlement moves now: as much of what is due as the balance reaches (S2). */
export const settleable = (dueAmount: bigint, balance: bigint): bigint => smaller(dueAmount, balance);

/** Sent and not yet settled: the per-pair limit bounds it (S5). */
export const outstanding = (position: { readonly sent: bigint; readonly settled: bigint }): bigint =>
  position.sent - position.settled;

export interface ReserveParts {
  readonly deposited: bigint;
  readonly withdrawn: bigint;
  readonly settledIn: bigint;
  readonly settledOut: bigint;
}

/** Booked `reserves` of a bank: customers + due-to - due-from, counted from its four causes (S3). */
export const reservesBooked = (parts: ReserveParts): bigint =>
  parts.deposited - parts.withdrawn + parts.settledIn - parts.settledOut;

/** Settlement balance that a bank's books need: reserves below zero are advances of its own, which need none (S4). */
export const backingNeed = (reserves: bigint): bigint => (reserves > 0n ? reserves : 0n);

/** The outstanding amount at which a pair is to be settled. Floor: settling a unit early harms nobody. */
export const settlementThreshold = (limit: bigint, settleAtShare: number): bigint =>
  (limit * BigInt(settleAtShare)) / 10_000n;

/** True when this amount takes a pair from below its threshold to it or above. */
export const crosses = (threshold: bigint, before: bigint, amount: bigint): boolean =>
  before < threshold && before + amount >= threshold;

// Math.min does not take bigint.
function smaller(one: bigint, other: bigint): bigint {
  if (one < other) return one;
  return other;
}
