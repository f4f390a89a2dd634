import { decodeFabricError, type FabricFailure } from './fabric-failure.ts';

export interface CommitResult {
  transactionId: string;
  blockNumber: bigint;
  /** 0 is valid. */
  validationCode: number;
}

/** Another organisation's peer that may know what became of a transaction. */
export interface Witness {
  readonly mspId: string;
  ask(): Promise<CommitResult>;
}

/**
 * What became of a transaction by the word of other organisations, while the own peer is away. One of them may lie
 * (f = 1), so two must say the same; until then the outcome stays unknown. Throws FabricFailure.
 */
export async function agreeOnCommit(witnesses: readonly Witness[]): Promise<CommitResult> {
  const heard: { mspId: string; result: CommitResult }[] = [];
  let last: FabricFailure | undefined;
  for (const witness of witnesses) {
    try {
      const result = await witness.ask();
      if (heard.some((earlier) => earlier.mspId !== witness.mspId && isSame(earlier.result, result))) return result;
      heard.push({ mspId: witness.mspId, result });
    } catch (error) {
      last = decodeFabricError(error);
    }
  }
  throw last ?? decodeFabricError(new Error('no two organisations agree on the commit'));
}

const isSame = (one: CommitResult, other: CommitResult): boolean =>
  one.blockNumber === other.blockNumber && one.validationCode === other.validationCode;
