/** Where one organisation's peer answers, and the CA that signed its TLS certificate. */
export interface PeerEndpoint {
  endpoint: string;
  tlsCa: string;
}

/** A running network with the fixture deployed on it: all that a case may know about the driver under it. */
export interface ConformanceNetwork {
  readonly driver: 'embedded' | 'native' | 'compose';
  /** Folder of the MSP material, one sub-folder an organisation. */
  readonly organizationsDir: string;
  /** By MSP id. */
  readonly peers: Record<string, PeerEndpoint>;
  /** True when every peer has a block as soon as one has it. */
  readonly isInStep: boolean;
  /** Runs the submissions so that they land in one block; a driver that cannot hold blocks back relies on its batch timer. */
  inOneBlock<T>(channel: string, submit: () => Promise<T>): Promise<T>;
  /** Starts the service of `fragile`, or starts it again after a crash. */
  startFragile(): Promise<void>;
  stopFragile(): Promise<void>;
  /** Stops and starts every peer, keeping the ledger. Absent where the driver cannot. */
  restart?(): Promise<void>;
  close(): Promise<void>;
}

/** What a case returns: plain JSON, equal on every driver. */
export type Outcome = null | boolean | number | string | Outcome[] | { [name: string]: Outcome };
