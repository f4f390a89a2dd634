import type { Fault } from './faults.ts';
import type { VerifyReport, Why } from './ledger/types.ts';

/** A chaincode to define on a channel, and where each organisation's process of it listens. */
export interface Deployment {
  channel: string;
  name: string;
  version: string;
  sequence: number;
  /** For instance `AND('CedarMSP.peer', OR('MapleMSP.peer', 'PineMSP.peer'))`. */
  policy: string;
  collections?: CollectionDefinition[];
  packageId?: string;
  /** MSP id to host:port. An organisation without one commits the chaincode's transactions but cannot endorse them. */
  servers: Record<string, string>;
  /** Dial with the organisation's TLS client certificate. */
  tls?: boolean;
}

export interface CollectionDefinition {
  name: string;
  /** Member policy, `OR('CedarMSP.member', …)`. */
  policy: string;
  requiredPeerCount?: number;
  maxPeerCount?: number;
  blockToLive?: number;
  memberOnlyRead?: boolean;
  memberOnlyWrite?: boolean;
  endorsementPolicy?: string;
}

export interface ChannelStatus {
  height: number;
  isPaused: boolean;
  /** Envelopes ordered but not yet in a block. */
  pending: number;
  chaincodes: { name: string; version: string; sequence: number; packageId: string; organizations: string[] }[];
  peers: { organization: string; mspId: string; height: number; stateHash: string }[];
}

export interface NetworkStatus {
  notice: string;
  clock: { now: string; offsetMs: number };
  faults: readonly Fault[];
  snapshots: string[];
  channels: Record<string, ChannelStatus>;
}

/** Drives an embedded network through its control port; every method throws with the network's own message. */
export function createControlClient(url: string) {
  async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${url}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    const answer = (await response.json()) as T & { error?: string };
    if (!response.ok) throw new Error(answer.error ?? `${method} ${path}: HTTP ${response.status}`);
    return answer;
  }
  const segment = encodeURIComponent;
  return {
    status: () => call<NetworkStatus>('GET', '/status'),
    deploy: (deployment: Deployment) => call<{ blockNumber: number }>('POST', '/deploy', deployment),
    createChannel: (name: string) => call<{ height: number }>('POST', '/channels', { name }),
    pauseBlocks: (channel: string) => call<object>('POST', '/blocks/pause', { channel }),
    resumeBlocks: (channel: string) => call<object>('POST', '/blocks/resume', { channel }),
    /** Cuts a block of everything pending; no block when nothing is. */
    cutBlock: (channel: string) => call<{ height: number }>('POST', '/blocks/cut', { channel }),
    snapshot: (name: string) => call<object>('POST', '/snapshots', { name }),
    revert: (name: string) => call<object>('POST', `/snapshots/${segment(name)}/revert`),
    setClock: (offsetMs: number) => call<{ now: string }>('POST', '/clock', { offsetMs }),
    addFault: (fault: Fault) => call<object>('POST', '/faults', fault),
    clearFaults: () => call<object>('DELETE', '/faults'),
    /** Why a transaction is invalid; null when it is valid, an error when it is unknown. */
    why: (channel: string, txId: string) => call<Why | null>('GET', `/why/${segment(channel)}/${segment(txId)}`),
    /** Rebuilds the channel from block 0 and compares. */
    verify: (channel: string) => call<VerifyReport>('GET', `/verify/${segment(channel)}`),
  };
}

export type ControlClient = ReturnType<typeof createControlClient>;
