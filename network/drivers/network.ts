import type { ChaincodeName, OrganizationName } from '../config/topology.ts';

/** A process of the network, by what it does; the network process and the issuer belong to no organisation. */
export type Role = 'network' | 'chaincode' | 'gateway';

export interface ProcessName {
  role: Role;
  organization?: OrganizationName;
}

export interface PeerState {
  organization: string;
  mspId: string;
  height: number;
  /** A peer's commit hash at its height: equal hashes at equal heights mean equal state. */
  stateHash: string;
}

export interface Progress {
  /** Called once per step; the step's promise decides whether it succeeded. */
  step<Result>(title: string, work: () => Promise<Result>): Promise<Result>;
}

/** What tests, benchmarks and `npm start` may do to a network, however its nodes are run. */
export interface Network {
  /** Brings everything up to "open for business"; calling it on a stopped network keeps its state. */
  start(progress?: Progress): Promise<void>;
  /** Stops every process; returns when none is left. */
  stop(): Promise<void>;
  /** Commits a chaincode name's definition to the finance channel; repeating the same definition changes nothing. */
  deploy(name: ChaincodeName): Promise<void>;
  /** Ends processes as `kill -9` does, without waiting for their return; the driver restarts them. */
  kill(process: ProcessName): Promise<void>;
  /** Waits until a process answers again after a kill or a crash. */
  restored(process: ProcessName): Promise<void>;
  /** Heights and state hashes of the finance channel, one per organisation. */
  peers(): Promise<PeerState[]>;
  /** Rebuilds the finance channel's state from block 0 and compares it; throws with the first difference. */
  verify(): Promise<void>;
  /** Base address of an organisation's REST API. */
  gatewayUrl(organization: OrganizationName): string;
  /** A token of the development issuer. */
  token(request: { bank: OrganizationName; role: string; customerId?: string }): Promise<string>;
  /** Called when a child ended without being asked to, with its last words. */
  onCrash(listener: (process: ProcessName, lastWords: string) => void): void;
}
