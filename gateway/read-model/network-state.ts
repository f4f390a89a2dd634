import type { LaneCounters } from '@tangram/chaincode/core/batch.ts';
import type { Kysely } from 'kysely';
import type { BlockFacts } from './block-facts.ts';
import type { Database, Row } from './schema.ts';

export interface LaneState {
  sequence: number;
  hash: string;
  epoch: number;
  holder: string;
  counters: LaneCounters;
}

export interface PairTerms {
  limit: bigint;
  settleAtShare: number;
}

/** The few rows that every bank's gateway looks at all the time, kept in memory beside their tables. */
export interface NetworkState {
  lanes: Map<string, LaneState>;
  /** Bank to SPKI PEM of the key that payment texts are encrypted for. */
  profiles: Map<string, string>;
  /** pairKey to what was ever settled. */
  settled: Map<string, bigint>;
  /** pairKey to terms, where the consortium has set any. */
  terms: Map<string, PairTerms>;
}

export const pairKey = (debtorBank: string, creditorBank: string, currency: string): string =>
  `${debtorBank}/${creditorBank}/${currency}`;

/** What this block changes in the network's state, as rows of its tables. */
export interface NetworkChanges {
  lane: Row<'lane'>[];
  profile: Row<'profile'>[];
  settled: Row<'settled'>[];
  pair_limit: Row<'pair_limit'>[];
}

/** Reads the changes from a block; a later row of the same key replaces an earlier one. */
export function readNetworkChanges(facts: BlockFacts): NetworkChanges {
  const lanes = new Map<string, Row<'lane'>>();
  for (const { header, hash } of facts.batches) {
    const { lane, epoch, holder } = header;
    lanes.set(lane, {
      lane,
      sequence: BigInt(header.sequence),
      hash,
      epoch: BigInt(epoch),
      holder,
      counters: JSON.stringify(header.head),
    });
  }
  const profiles = new Map<string, Row<'profile'>>();
  for (const { namespace, key, value } of facts.rows('profile')) {
    if (key !== 'profile') continue;
    profiles.set(namespace, { bank: namespace, encryption_key: (value as { encryptionKey: string }).encryptionKey });
  }
  const settled = new Map<string, Row<'settled'>>();
  for (const { namespace, value } of facts.rows('settled-out/')) {
    const { bank, currency, amount } = value as { bank: string; currency: string; amount: string };
    const row = { debtor_bank: namespace, creditor_bank: bank, currency, amount };
    settled.set(pairKey(namespace, bank, currency), row);
  }
  const limits = new Map<string, Row<'pair_limit'>>();
  for (const { namespace, key, value } of facts.rows('limit/')) {
    if (namespace !== 'consortium') continue;
    const terms = value as { debtorBank: string; creditorBank: string; currency: string } & Terms;
    limits.set(key, {
      debtor_bank: terms.debtorBank,
      creditor_bank: terms.creditorBank,
      currency: terms.currency,
      amount_limit: terms.limit,
      settle_at_share: BigInt(terms.settleAtShare),
    });
  }
  return {
    lane: [...lanes.values()],
    profile: [...profiles.values()],
    settled: [...settled.values()],
    pair_limit: [...limits.values()],
  };
}

interface Terms {
  limit: string;
  settleAtShare: number;
}

/** Brings the state in memory up to a block whose rows are committed. */
export function applyNetworkChanges(state: NetworkState, changes: NetworkChanges): void {
  for (const row of changes.lane) {
    state.lanes.set(row.lane, {
      sequence: Number(row.sequence),
      hash: row.hash,
      epoch: Number(row.epoch),
      holder: row.holder,
      counters: JSON.parse(row.counters) as LaneCounters,
    });
  }
  for (const row of changes.profile) state.profiles.set(row.bank, row.encryption_key);
  for (const row of changes.settled) {
    state.settled.set(pairKey(row.debtor_bank, row.creditor_bank, row.currency), BigInt(row.amount));
  }
  for (const row of changes.pair_limit) {
    state.terms.set(pairKey(row.debtor_bank, row.creditor_bank, row.currency), {
      limit: BigInt(row.amount_limit),
      settleAtShare: Number(row.settle_at_share),
    });
  }
}

/** Loads the state that the last applied block left. */
export async function loadNetworkState(db: Kysely<Database>): Promise<NetworkState> {
  const state: NetworkState = { lanes: new Map(), profiles: new Map(), settled: new Map(), terms: new Map() };
  applyNetworkChanges(state, {
    lane: await db.selectFrom('lane').selectAll().execute(),
    profile: await db.selectFrom('profile').selectAll().execute(),
    settled: await db.selectFrom('settled').selectAll().execute(),
    pair_limit: await db.selectFrom('pair_limit').selectAll().execute(),
  });
  return state;
}
