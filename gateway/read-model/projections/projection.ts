import type { GatewaySecrets } from '../../secrets/secrets.ts';
import type { BatchFact, BlockFacts } from '../block-facts.ts';
import type { ReadModelDatabase } from '../database.ts';
import type { NetworkState } from '../network-state.ts';
import type { ProjectionMemory } from '../projection-memory.ts';
import type { Row } from '../schema.ts';

export interface ProjectionContext {
  /** Inside the database transaction of the block. */
  database: ReadModelDatabase;
  facts: BlockFacts;
  /** Organisation whose read model this is: other banks' customers are left out. */
  organization: string;
  /** This block included. */
  network: NetworkState;
  /** For payment texts of the own bank. */
  secrets: GatewaySecrets;
  memory: ProjectionMemory;
  /** Accounts that the block changed. */
  touched: Set<Row<'account'>>;
  /** Numbers of the batches that booked something here. */
  batches: Map<BatchFact, bigint>;
}

/** Turns one block into rows. Pure: the same blocks give the same rows. */
export type Projection = (context: ProjectionContext) => Promise<void>;

/** The number of a batch that books something here, a new one when it has none yet. */
export function numberOf({ batches, memory }: ProjectionContext, batch: BatchFact): bigint {
  const known = batches.get(batch);
  if (known !== undefined) return known;
  memory.last.batch += 1n;
  batches.set(batch, memory.last.batch);
  return memory.last.batch;
}

/** True for a customer's account of the organisation; internal accounts are named `<bank>.<name>`. */
export const isOwnAccount = (accountId: string, organization: string): boolean =>
  accountId[organization.length] === '-' && accountId.startsWith(organization);
