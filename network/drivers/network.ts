import type { OrganizationName } from '../config/topology.ts';

/** A process of the network, by what it does. */
export type ProcessName = { role: 'network' } | { role: 'chaincode' | 'gateway'; organization: OrganizationName };

export interface PeerState {
  organization: string;
  height: number;
  /** A peer's commit hash at its height: equal hashes at equal heights mean equal state. */
  stateHash: string;
}

/** One visible step of starting. */
export interface Stage {
  title: string;
  run(): Promise<void>;
}

/** What tests, benchmarks and `npm start` may do to a network, however its nodes are run. */
export interface Network {
  /** The steps from nothing to open for business, in order; what an earlier run left on disk is kept. */
  stages(): Stage[];
  /** Runs every stage. */
  start(): Promise<void>;
  /** Stops every process; returns when none is left. */
  stop(): Promise<void>;
  /** Ends a process as `kill -9` does; the driver starts it again. */
  kill(process: ProcessName): void;
  /** Resolves when a killed or crashed process answers again. */
  restored(process: ProcessName): Promise<void>;
  /** Heights and state hashes of the finance channel, one per organisation. */
  peers(): Promise<PeerState[]>;
  /** Rebuilds the finance channel from block 0 and compares; throws with what differs. */
  verify(): Promise<void>;
  /** Address of an organisation's REST API, without a slash at the end. */
  gatewayUrl(organization: OrganizationName): string;
  /** A token of the development issuer. */
  token(request: { bank: OrganizationName; role: string; customerId?: string }): Promise<string>;
  issuerUrl(): string;
  /** Called when a process ended without having been asked to, with its last words. */
  onCrash(listener: (process: string, lastWords: string) => void): void;
}
