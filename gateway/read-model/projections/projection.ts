import type { GatewaySecrets } from '../../secrets/secrets.ts';
import type { BlockFacts } from '../block-facts.ts';
import type { ReadModelDatabase } from '../database.ts';
import type { NetworkState } from '../network-state.ts';

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
}

/** Turns one block into rows. Pure: the same blocks give the same rows. */
export type Projection = (context: ProjectionContext) => Promise<void>;
