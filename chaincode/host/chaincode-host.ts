import ChaincodeServer, { type ServerOptions } from 'fabric-shim/lib/server.js';
import type { Clock } from '../core/clock.ts';
import { createDispatch } from '../core/dispatch.ts';
import type { AnyOperation } from '../core/operation.ts';
import { listenForAnnouncement, type PeerStream } from './batch-messages.ts';
import { createChaincode } from './fabric-contract.ts';
import { SignaturePool } from './signature-pool.ts';

export interface ServedChaincode {
  /** Chaincode name, which is the namespace of its state. */
  readonly name: string;
  /** Package id; it must equal the one the peer knows. */
  readonly ccid: string;
  readonly address: string;
  /** SHA-256 of the program that was deployed; another one refuses to serve it. */
  readonly digest?: string;
}

export interface HostOptions {
  readonly servers: readonly ServedChaincode[];
  readonly operations: readonly AnyOperation[];
  readonly clock: Clock;
  /** Threads that verify customers' signatures, shared by all names. */
  readonly verifyWorkers: number;
  /** Without it only loopback addresses are served: the protocol itself does not authenticate the peer. */
  readonly tls?: NonNullable<ServerOptions['tlsProps']>;
}

/** A hundred times what a worker needs; well below the peer's time limit for a transaction. */
const VERIFY_DEADLINE_MILLISECONDS = 5_000;
const MAX_MESSAGE_BYTES = 100 * 1024 * 1024;

/** The shim's server, which also hears what the peer announces in READY. */
class AnnouncedServer extends ChaincodeServer {
  override connect(stream: PeerStream): void {
    listenForAnnouncement(stream);
    super.connect(stream);
  }
}

/** Serves every name on its own address: names that share a stream could not call each other in one transaction. */
export async function startHost(options: HostOptions): Promise<void> {
  const { servers, operations, clock, tls, verifyWorkers } = options;
  const pool = new SignaturePool({
    file: process.argv[1] ?? '',
    workers: verifyWorkers,
    deadlineMilliseconds: VERIFY_DEADLINE_MILLISECONDS,
  });
  const dispatch = createDispatch(operations, clock, pool.verify);
  await Promise.all(
    servers.map(({ name, ccid, address }) => {
      if (tls === undefined && !isLoopback(address)) throw new Error(`${address} needs TLS with client certificates`);
      const server = new AnnouncedServer(createChaincode({ namespace: name, operations, dispatch }), {
        ccid,
        address,
        ...(tls === undefined ? {} : { tlsProps: tls }),
        'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
        'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      });
      return server.start();
    }),
  );
}

function isLoopback(address: string): boolean {
  return /^(127\.\d+\.\d+\.\d+|localhost|\[::1\]):\d+$/.test(address);
}
