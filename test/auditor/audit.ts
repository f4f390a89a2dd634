import { type AuditedBatch, Auditor } from './auditor.ts';
import type { SettlementFacts } from './settle.ts';
import type { Model } from './state.ts';

export interface AuditOptions {
  /** Every bank there is or was; the four founders unless said. */
  readonly banks?: readonly string[];
  /** Settlements of pairs, which stand beside the lanes. */
  readonly settlements?: readonly SettlementFacts[];
  /** Receives the auditor's final state, to compare balances with. */
  readonly onEnd?: (model: Model) => void;
}

/**
 * Replays the batch rows of all lanes through the auditor's own model and lists every rule that they break. The lanes
 * may come in any order: a bank receives only after the other has sent. What hangs on the order of different lanes
 * (another bank's directory, limits, settlement balances) is not judged; everything within a lane is.
 */
export function audit(rows: readonly AuditedBatch[], { banks, settlements = [], onEnd }: AuditOptions = {}): string[] {
  const auditor = new Auditor(banks === undefined ? {} : { banks });
  const waiting = [...Map.groupBy(rows, ({ lane }) => lane).values()].map((batches) =>
    batches.toSorted((one, other) => one.sequence - other.sequence),
  );
  for (let isMoving = true; isMoving; ) {
    isMoving = false;
    for (const batches of waiting) {
      while (batches[0] !== undefined && auditor.isReady(batches[0])) {
        auditor.addRow(batches.shift() as AuditedBatch);
        isMoving = true;
      }
    }
  }
  for (const [stuck] of waiting) {
    if (stuck !== undefined) auditor.problems.add(`${stuck.lane} ${stuck.sequence} receives what nobody sent`);
  }
  for (const settlement of settlements) auditor.addSettlement(settlement);
  auditor.checkInvariants();
  onEnd?.(auditor.model);
  return auditor.problems.kept;
}
