import { namespaceOwner } from '@tangram/chaincode/core/names.ts';
import type { LedgerBlock } from '../fabric/decode-block.ts';
import type { GatewaySecrets } from '../secrets/secrets.ts';
import { type BatchFact, readBlockFacts } from './block-facts.ts';
import { openDatabase, type ReadModelDatabase, recreateTables } from './database.ts';
import {
  applyNetworkChanges,
  loadNetworkState,
  type NetworkChanges,
  type NetworkState,
  readNetworkChanges,
} from './network-state.ts';
import { forgetSome, loadProjectionMemory } from './projection-memory.ts';
import { projectAccountDetails } from './projections/account-details.ts';
import { projectBatchesAndAccounts } from './projections/batches.ts';
import { projectDeliveries } from './projections/deliveries.ts';
import { projectEntries } from './projections/entries.ts';
import { projectLoans } from './projections/loans.ts';
import { projectPayments } from './projections/payments.ts';
import type { Projection } from './projections/projection.ts';
import { projectSettlementAccounts } from './projections/settlement-accounts.ts';
import { projectTransactions } from './projections/transactions.ts';
import { putRows } from './put-rows.ts';
import { type Row, SCHEMA_VERSION } from './schema.ts';
import type { ReadModelConfig } from './types.ts';

/** In this order: what entries and payments refer to is written last. */
const projections: Projection[] = [
  projectTransactions,
  projectEntries,
  projectPayments,
  projectDeliveries,
  projectBatchesAndAccounts,
  projectAccountDetails,
  projectSettlementAccounts,
  projectLoans,
];

export interface ProjectorOptions {
  config: ReadModelConfig;
  organization: string;
  /** Chaincode names whose rows are read. */
  namespaces: string[];
  secrets: GatewaySecrets;
}

export interface Projector {
  readonly database: ReadModelDatabase;
  /** As of the last applied block. */
  readonly network: NetworkState;
  appliedBlock(): bigint | null;
  /** What the last applied block changed of the network's state. */
  lastChanges(): NetworkChanges;
  /** Applies a block and its checkpoint in one database transaction; blocks seen before are passed over. */
  apply(block: LedgerBlock): Promise<'applied' | 'seen' | 'other-ledger'>;
  /** Forgets everything, so that the next block to apply is block 0. */
  reset(): Promise<void>;
  close(): Promise<void>;
}

interface Checkpoint {
  block: bigint;
  hash: string;
}

/** Opens a read model where it was left; one of an older version or another organisation is emptied. */
export async function openProjector(options: ProjectorOptions): Promise<Projector> {
  const database = await openDatabase(options.config);
  const namespaces = new Set(options.namespaces.filter((name) => namespaceOwner(name) !== undefined));
  let checkpoint = await loadCheckpoint(database, options.organization);
  if (!checkpoint) await recreateTables(database);
  let network = await loadNetworkState(database.db);
  let memory = await loadProjectionMemory(database);
  let changes: NetworkChanges = { lane: [], profile: [], settled: [], pair_limit: [] };

  async function apply(block: LedgerBlock): Promise<'applied' | 'seen' | 'other-ledger'> {
    if (checkpoint && block.number <= checkpoint.block) return 'seen';
    const expected = checkpoint ? checkpoint.block + 1n : 0n;
    if (block.number !== expected) throw new Error(`expected block ${expected}, got ${block.number}`);
    // A network that was begun anew or reverted has other blocks under the same numbers.
    if (checkpoint && block.previousHash !== checkpoint.hash) return 'other-ledger';

    forgetSome(memory);
    const facts = readBlockFacts(block, { organization: options.organization, namespaces });
    changes = readNetworkChanges(facts);
    applyNetworkChanges(network, changes);
    try {
      await database.db.transaction().execute(async (transaction) => {
        const inside = { ...database, db: transaction };
        const { organization, secrets } = options;
        const found = { touched: new Set<Row<'account'>>(), batches: new Map<BatchFact, bigint>() };
        const context = { database: inside, facts, organization, network, secrets, memory, ...found };
        for (const project of projections) await project(context);
        for (const name of ['lane', 'profile', 'settled', 'pair_limit'] as const) {
          await putRows(inside, name, changes[name]);
        }
        await saveCheckpoint(inside, options.organization, block);
      });
    } catch (error) {
      network = await loadNetworkState(database.db);
      memory = await loadProjectionMemory(database);
      throw error;
    }
    checkpoint = { block: block.number, hash: block.hash };
    return 'applied';
  }

  return {
    database,
    get network() {
      return network;
    },
    appliedBlock: () => checkpoint?.block ?? null,
    lastChanges: () => changes,
    apply,
    reset: async () => {
      await recreateTables(database);
      network = await loadNetworkState(database.db);
      memory = await loadProjectionMemory(database);
      checkpoint = undefined;
    },
    close: () => database.db.destroy(),
  };
}

/** Where the read model of an organisation was left; undefined where there is none. */
export async function loadCheckpoint(
  database: ReadModelDatabase,
  organization: string,
): Promise<Checkpoint | undefined> {
  const row = await database.db.selectFrom('checkpoint').selectAll().executeTakeFirst();
  if (row?.organization !== organization) return undefined;
  return { block: row.block, hash: row.block_hash };
}

async function saveCheckpoint(database: ReadModelDatabase, organization: string, block: LedgerBlock): Promise<void> {
  const row = { id: 1n, block: block.number, block_hash: block.hash, version: SCHEMA_VERSION, organization };
  await putRows(database, 'checkpoint', [row]);
}
