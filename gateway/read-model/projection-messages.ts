import type { FabricClientOptions } from '../fabric/fabric-client.ts';
import type { SecretFiles } from '../secrets/secrets.ts';
import type { NetworkChanges } from './network-state.ts';
import type { ProjectorOptions } from './projector.ts';

/** What the projecting thread is started with. */
export interface ProjectionTask {
  projector: Omit<ProjectorOptions, 'secrets'>;
  client: Omit<FabricClientOptions, 'clock'>;
  secrets: SecretFiles;
}

/** What it tells. */
export type ProjectionNews =
  /** What a block changed, so that the other thread need not read it. */
  | { kind: 'applied'; block: bigint; changes: NetworkChanges; missing: number }
  /** Everything was forgotten: another ledger is projected from block 0. */
  | { kind: 'reset' }
  | { kind: 'standing' }
  | { kind: 'problem'; message: string; cause: string };
