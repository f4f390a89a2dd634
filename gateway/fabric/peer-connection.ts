import { createPrivateKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Client, credentials } from '@grpc/grpc-js';
import { connect, type Gateway, type Network } from '@hyperledger/fabric-gateway';
import { createRest } from './rest.ts';
import { signWith } from './signer.ts';

export interface PeerAddress {
  mspId: string;
  endpoint: string;
  tlsCaFile: string;
  serverName?: string;
}

export interface ClientIdentity {
  mspId: string;
  certFile: string;
  keyFile: string;
  tlsClient?: { certFile: string; keyFile: string };
}

/** Time limits of the four calls; without them the client library waits for ever. */
export interface Deadlines {
  evaluateMilliseconds: number;
  endorseMilliseconds: number;
  submitMilliseconds: number;
  commitStatusMilliseconds: number;
}

export const defaultDeadlines: Deadlines = {
  evaluateMilliseconds: 10_000,
  // A full batch on a busy machine; who is silent is noticed much sooner (latency.ts).
  endorseMilliseconds: 30_000,
  submitMilliseconds: 10_000,
  commitStatusMilliseconds: 15_000,
};

export type CallKind = 'evaluate' | 'endorse' | 'submit' | 'commit';

export interface PeerConnection {
  readonly mspId: string;
  readonly endpoint: string;
  readonly gateway: Gateway;
  readonly network: Network;
  healthy(): boolean;
  /** When it may be tried again after it failed. */
  restingUntil(): number;
  /** Puts the peer behind the others for a while: its connection failed, or it was silent. */
  markLost(kind: CallKind): void;
  markAnswered(kind: CallKind): void;
  close(): void;
}

const MESSAGE_BYTES_MAX = 100 * 1024 * 1024;
const REST = { first: 2_000, longest: 10_000 };
const KINDS: CallKind[] = ['evaluate', 'endorse', 'submit', 'commit'];

/** Opens one TLS connection to a peer's gateway service with the gateway's own identity; connects lazily. */
export function openPeerConnection(options: {
  peer: PeerAddress;
  identity: ClientIdentity;
  channel: string;
  deadlines: Deadlines;
}): PeerConnection {
  const { peer, identity, deadlines } = options;
  // A TLS server name is never an IP address (RFC 6066).
  const serverName = peer.serverName ?? (peer.endpoint.startsWith('127.') ? 'localhost' : undefined);
  const client = new Client(peer.endpoint, readCredentials(peer, identity), {
    'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
    'grpc.max_send_message_length': MESSAGE_BYTES_MAX,
    'grpc.keepalive_time_ms': 30_000,
    'grpc.keepalive_timeout_ms': 5_000,
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 1_000,
    ...(serverName ? { 'grpc.ssl_target_name_override': serverName } : {}),
  });
  const after = (milliseconds: number) => () => ({ deadline: Date.now() + milliseconds });
  const gateway = connect({
    client,
    identity: { mspId: identity.mspId, credentials: readFileSync(identity.certFile) },
    ...signWith(createPrivateKey(readFileSync(identity.keyFile))),
    evaluateOptions: after(deadlines.evaluateMilliseconds),
    endorseOptions: after(deadlines.endorseMilliseconds),
    submitOptions: after(deadlines.submitMilliseconds),
    commitStatusOptions: after(deadlines.commitStatusMilliseconds),
  });
  // One kind's failure rests the whole peer, so that the next kind need not find out by itself; but only the same kind
  // clears it, because a peer whose chaincode hangs still orders and tells of commits.
  const rest = createRest(REST);
  return {
    mspId: peer.mspId,
    endpoint: peer.endpoint,
    gateway,
    network: gateway.getNetwork(options.channel),
    healthy: () => !KINDS.some((kind) => rest.isResting(kind)),
    restingUntil: () => Math.max(...KINDS.map((kind) => rest.until(kind))),
    markLost: (kind) => rest.markLost(kind),
    markAnswered: (kind) => rest.markAnswered(kind),
    close: () => {
      gateway.close();
      client.close();
    },
  };
}

function readCredentials(peer: PeerAddress, identity: ClientIdentity) {
  const ca = readFileSync(peer.tlsCaFile);
  if (!identity.tlsClient) return credentials.createSsl(ca);
  return credentials.createSsl(ca, readFileSync(identity.tlsClient.keyFile), readFileSync(identity.tlsClient.certFile));
}
