import type { NativeParts } from './native.ts';

/** A process of the network, by what it does; `network` is all peers and orderers at once; `index` tells a second instance. */
export type ProcessName =
  | { role: 'network' }
  | { role: 'chaincode' | 'gateway' | 'peer' | 'orderer'; organization: string; index?: number };

export interface PeerState {
  organization: string;
  /** `cedar`, or `cedar.1` for its second peer; absent where every organisation has one. */
  peer?: string;
  height: number;
  /** A peer's commit hash at its height: equal hashes at equal heights mean equal state. */
  stateHash: string;
}

/** One visible step of starting. */
export interface Stage {
  title: string;
  run(): Promise<void>;
}

/** Stopping single processes and starting them again with the files that then lie there. */
export interface Children {
  names(): string[];
  /** Process id of a child as it runs now; undefined when there is none of this name. */
  pidOf(name: string): number | undefined;
  halt(names: string[]): Promise<void>;
  /** Ends them as `kill -9` does and leaves them down until `relaunch`, as when their machine is lost. */
  crash(names: string[]): Promise<void>;
  relaunch(names: string[]): Promise<void>;
}

/** What tests, benchmarks and `npm start` may do to a network, however its nodes are run. */
export interface Network {
  /** The steps from nothing to open for business, in order; what an earlier run left on disk is kept. */
  stages(): Stage[];
  /** Runs every stage. */
  start(): Promise<void>;
  /** Stops every process; returns when none is left. */
  stop(): Promise<void>;
  /** Deploys the chaincode that lies on disk as a new version while the present one serves; absent where images hold it. */
  deploy?(version: string): Promise<void>;
  /** The processes by the names of their logs, for work on one of them; absent where containers run them. */
  children?: Children;
  /** What members are added to and removed from while it runs; absent where the driver cannot. */
  parts?: NativeParts;
  /** Ends a process as `kill -9` does; the driver starts it again. One process plays all nodes of the embedded network. */
  kill(process: ProcessName): void;
  /** Stops a process without ending it (SIGSTOP): its connections stay open and nobody answers on them. */
  pause(process: ProcessName): void;
  /** Lets a paused process go on. */
  resume(process: ProcessName): void;
  /** Organisation whose orderer leads the finance channel, by what most orderers say. */
  orderingLeader(): Promise<string>;
  /** Resolves when a killed or crashed process answers again. */
  restored(process: ProcessName): Promise<void>;
  /** State of the finance channel at the smallest height that all peers have reached, one per peer. */
  peers(): Promise<PeerState[]>;
  /** Compares the finance channel's state as thoroughly as the nodes allow; says how, and throws with what differs. */
  verify(): Promise<string>;
  /** Address of an organisation's REST API, by its first gateway or another one, without a slash at the end. */
  gatewayUrl(organization: string, index?: number): string;
  /** Every gateway's address, by organisation: `cedar`, and `cedar.1` for its second one. */
  gatewayUrls(): Record<string, string>;
  /** A token of the development issuer. */
  token(request: { bank: string; role: string; customerId?: string }): Promise<string>;
  issuerUrl(): string;
  /** Called when a process ended without having been asked to, with its last words, or is restarted because it hangs. */
  onCrash(listener: (process: string, lastWords: string) => void): void;
}
