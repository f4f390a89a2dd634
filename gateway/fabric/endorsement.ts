import type { KeyWrite } from './decode-block.ts';
import type { EndorserChoice } from './endorser-choice.ts';
import { decodeFabricError, FabricFailure } from './fabric-failure.ts';
import { hedge } from './hedge.ts';

/** Who must endorse. */
export type Endorsers =
  /** These, and there is no choice among others. */
  { exactly: string[] } | AnyEndorsers;

/** The home organisation and as many others, whichever answer. */
export interface AnyEndorsers {
  home: string;
  othersCount: number;
}

export interface EndorsedTransaction {
  readonly transactionId: string;
  /** What the contract answered. */
  readonly result: string;
  /** What it will write if it is committed. */
  writes(): readonly KeyWrite[];
  /** Sends the envelope to the orderers; sending it again is harmless. A failure leaves the outcome unknown. */
  submit(): Promise<void>;
}

/** A peer's gateway service that can collect the endorsements. */
export interface EndorsementWay {
  readonly endpoint: string;
  endorse(organizations: string[]): Promise<EndorsedTransaction>;
  /** Called when its own connection failed or it stayed silent. */
  markLost(): void;
}

/**
 * Collects endorsements over the first way that succeeds; the next attempt goes another way *and* to other
 * organisations, because silence does not tell who is silent: a peer's gateway service (3.1) asks one peer for each
 * named organisation, the highest block first, its own at equal height, and waits for it until the caller's deadline
 * (`peer.gateway.endorsementTimeout`, 30 s). Only refused connections make it try the organisation's next peer, and
 * an organisation without one is named in an error at once. Throws FabricFailure; nothing is written yet.
 */
export function endorseOver(
  ways: EndorsementWay[],
  endorsers: Endorsers,
  tools: { choice: EndorserChoice; patienceMilliseconds: number },
): Promise<EndorsedTransaction> {
  const { choice, patienceMilliseconds } = tools;
  const tried = new Set<string>();
  const unreachable = new Set<string>();
  const left = [...ways];
  return hedge({
    patienceMilliseconds,
    next: () => {
      let way = left.shift();
      while (way && unreachable.has(way.endpoint)) way = left.shift();
      if (!way) return undefined;
      const used = way;
      const organizations =
        'exactly' in endorsers ? endorsers.exactly : choice.choose(endorsers.home, endorsers.othersCount, tried);
      const home = 'exactly' in endorsers ? undefined : endorsers.home;
      for (const mspId of organizations) if (mspId !== home) tried.add(mspId);
      const result = used.endorse(organizations).then(
        (endorsed) => {
          for (const mspId of organizations) choice.markAnswered(mspId);
          return endorsed;
        },
        (error: unknown) => {
          const failure = decodeFabricError(error);
          if (failure.connectionLost) {
            used.markLost();
            unreachable.add(used.endpoint);
          }
          blame({ choice, failure, organizations, home });
          throw isRefusedElsewhereOnly(failure, home) ? asDifference(failure) : failure;
        },
      );
      return {
        result,
        onSilence: () => {
          used.markLost();
          for (const mspId of organizations) if (mspId !== home) choice.markLost(mspId);
        },
        isWorthAnother: (error) => decodeFabricError(error).kind === 'unavailable',
      };
    },
  });
}

/** What an endorser says that has yet to commit, or to index, the block that home judged by. */
const BEHIND_CODES = new Set([
  'LANE_SEQUENCE_STALE',
  'LANE_PREVIOUS_HASH_MISMATCH',
  'LANE_EPOCH_STALE',
  'LANE_MEMORY_BEHIND',
]);

/** True when home agreed and only another organisation's endorser refused: it is behind, or it lies. */
function isRefusedElsewhereOnly({ kind, mspIds }: FabricFailure, home: string | undefined): boolean {
  return kind === 'contract' && home !== undefined && mspIds.length > 0 && !mspIds.includes(home);
}

/** One organisation alone must not be able to refuse another's batches: the next try asks another one. */
function asDifference({ message, mspIds }: FabricFailure): FabricFailure {
  const fields = { code: 'FABRIC_ENDORSEMENTS_DIFFER', params: {}, mspIds, connectionLost: false };
  return new FabricFailure({ kind: 'mismatch', ...fields }, { message });
}

/**
 * Fabric often names the organisation that failed; when it does not, every chosen one but home is suspected. A refusal
 * that home shares says nothing against the others.
 */
function blame(failed: {
  choice: EndorserChoice;
  failure: FabricFailure;
  organizations: string[];
  home: string | undefined;
}): void {
  const { choice, failure, organizations, home } = failed;
  if (failure.connectionLost || failure.kind === 'rejected') return;
  if (failure.kind === 'contract' && !isRefusedElsewhereOnly(failure, home)) return;
  const named = organizations.filter((mspId) => failure.mspIds.includes(mspId) || failure.message.includes(mspId));
  const suspects = named.length > 0 ? named : organizations;
  const isBehind = failure.kind === 'contract' && BEHIND_CODES.has(failure.code);
  for (const mspId of suspects) {
    if (mspId === home) continue;
    if (isBehind) choice.markBehind(mspId);
    else choice.markLost(mspId);
  }
}
