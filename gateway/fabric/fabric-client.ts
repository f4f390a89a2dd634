import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { gateway as gatewayProtos, msp } from '@hyperledger/fabric-protos';
import type { Clock } from './clock.ts';
import { agreeOnCommit, type CommitResult } from './commit-witness.ts';
import { decodeBlock, type LedgerBlock } from './decode-block.ts';
import { createEndorserChoice, type EndorserChoice } from './endorser-choice.ts';
import { decodeFabricError, type FabricFailure } from './fabric-failure.ts';
import {
  type ClientIdentity,
  type Deadlines,
  defaultDeadlines,
  openPeerConnection,
  type PeerAddress,
  type PeerConnection,
} from './peer-connection.ts';
import { setProposalTime } from './proposal-time.ts';

export interface FabricClientOptions {
  channel: string;
  identity: ClientIdentity;
  /** Own peers first; the others serve when the own ones cannot be reached. */
  peers: PeerAddress[];
  clock: Clock;
  deadlines?: Partial<Deadlines>;
}

export interface Call {
  chaincode: string;
  transactionName: string;
  argument?: string;
  transient?: Record<string, Uint8Array>;
}

export interface EndorsedTransaction {
  readonly transactionId: string;
  /** What the contract answered. */
  readonly result: string;
  /** Sends the envelope to the orderers; sending it again is harmless. A failure leaves the outcome unknown. */
  submit(): Promise<void>;
}

export interface FabricClient {
  readonly mspId: string;
  readonly endorsers: EndorserChoice;
  /** Runs a query. `ownPeerOnly` keeps private data at home. Throws FabricFailure. */
  evaluate(call: Call, options?: { ownPeerOnly?: boolean }): Promise<string>;
  /** Collects endorsements of exactly these organisations. Throws FabricFailure; nothing is written yet. */
  endorse(call: Call, endorsingOrganizations: string[]): Promise<EndorsedTransaction>;
  /**
   * Waits for a transaction's commit: the own peer's word, or that of two other organisations while it is away. Throws
   * FabricFailure when nobody tells in time.
   */
  commitStatus(transactionId: string, deadlineMilliseconds?: number): Promise<CommitResult>;
  /** Delivers blocks of the own peer with the own private data, in order, for ever, over lost connections. */
  followBlocks(options: {
    nextBlock: () => bigint;
    onBlock: (block: LedgerBlock) => Promise<void>;
    signal: AbortSignal;
    onLost?: (error: unknown) => void;
  }): Promise<void>;
  peers(): { mspId: string; endpoint: string; healthy: boolean }[];
  close(): void;
}

/** Connects one organisation's gateway to its peer, with the other organisations' peers to fall back on. */
export function createFabricClient(options: FabricClientOptions): FabricClient {
  const { identity, channel, clock } = options;
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  const connections = options.peers.map((peer) => openPeerConnection({ peer, identity, channel, deadlines }));
  const own = connections.filter((connection) => connection.mspId === identity.mspId);
  const others = connections.filter((connection) => connection.mspId !== identity.mspId);
  const endorsers = createEndorserChoice([...new Set(options.peers.map((peer) => peer.mspId))], identity.mspId);
  const creator = serialiseCreator(identity);

  return {
    mspId: identity.mspId,
    endorsers,
    evaluate: (call, { ownPeerOnly } = {}) =>
      overPeers(ownPeerOnly ? own : [...own, ...others], async (connection) => {
        const proposal = makeProposal(connection, call, {
          clock,
          organizations: ownPeerOnly ? [identity.mspId] : undefined,
        });
        return Buffer.from(await proposal.evaluate()).toString('utf8');
      }),
    endorse: (call, endorsingOrganizations) =>
      overPeers([...own, ...others], async (connection) => {
        const transaction = await makeProposal(connection, call, {
          clock,
          organizations: endorsingOrganizations,
        }).endorse();
        const bytes = transaction.getBytes();
        return {
          transactionId: transaction.getTransactionId(),
          result: Buffer.from(transaction.getResult()).toString('utf8'),
          submit: () =>
            overPeers([...own, ...others], async (peer) => {
              await peer.gateway.newTransaction(bytes).submit();
            }),
        };
      }),
    commitStatus: async (transactionId, milliseconds = deadlines.commitStatusMilliseconds) => {
      const ask = async (connection: PeerConnection): Promise<CommitResult> => {
        const request = commitRequest(channel, transactionId, creator);
        const status = await connection.gateway.newCommit(request).getStatus({ deadline: Date.now() + milliseconds });
        return { transactionId, blockNumber: status.blockNumber, validationCode: status.code };
      };
      try {
        return await overPeers(own, ask);
      } catch (error) {
        if (!decodeFabricError(error).connectionLost) throw error;
      }
      return agreeOnCommit(others.map((peer) => ({ mspId: peer.mspId, ask: () => overPeers([peer], ask) })));
    },
    followBlocks: (follow) => followBlocks(own, { ...follow, ownCollection: `_implicit_org_${identity.mspId}` }),
    peers: () => connections.map((peer) => ({ ...peer, healthy: peer.healthy() })),
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
}

/** Tries the peers in order, healthy ones first, as long as the connection itself is what fails. */
async function overPeers<Result>(
  peers: PeerConnection[],
  run: (connection: PeerConnection) => Promise<Result>,
): Promise<Result> {
  const ordered = [...peers.filter((peer) => peer.healthy()), ...peers.filter((peer) => !peer.healthy())];
  let last: FabricFailure | undefined;
  for (const connection of ordered) {
    try {
      return await run(connection);
    } catch (error) {
      last = decodeFabricError(error);
      if (!last.connectionLost) throw last;
      connection.markLost();
    }
  }
  throw last ?? new Error('no peer is configured');
}

function makeProposal(
  connection: PeerConnection,
  call: Call,
  { clock, organizations }: { clock: Clock; organizations: string[] | undefined },
) {
  const proposal = connection.network.getContract(call.chaincode).newProposal(call.transactionName, {
    arguments: call.argument === undefined ? [] : [call.argument],
    ...(call.transient ? { transientData: call.transient } : {}),
    ...(organizations ? { endorsingOrganizations: organizations } : {}),
  });
  if (!clock.controlled) return proposal;
  return connection.gateway.newProposal(setProposalTime(proposal.getBytes(), clock.now()));
}

function serialiseCreator(identity: ClientIdentity): Uint8Array {
  const serialised = new msp.SerializedIdentity();
  serialised.setMspid(identity.mspId);
  serialised.setIdBytes(readFileSync(identity.certFile));
  return serialised.serializeBinary();
}

function commitRequest(channel: string, transactionId: string, creator: Uint8Array): Uint8Array {
  const request = new gatewayProtos.CommitStatusRequest();
  request.setChannelId(channel);
  request.setTransactionId(transactionId);
  request.setIdentity(creator);
  const signed = new gatewayProtos.SignedCommitStatusRequest();
  signed.setRequest(request.serializeBinary());
  return signed.serializeBinary();
}

const RECONNECT_MILLISECONDS = 200;

type Follow = Parameters<FabricClient['followBlocks']>[0] & { ownCollection: string };

async function followBlocks(peers: PeerConnection[], follow: Follow): Promise<void> {
  for (let turn = 0; !follow.signal.aborted; turn += 1) {
    const connection = peers[turn % peers.length];
    if (!connection) throw new Error('no own peer is configured');
    try {
      await readBlocks(connection, follow);
    } catch (error) {
      if (follow.signal.aborted) return;
      follow.onLost?.(error);
      await sleep(RECONNECT_MILLISECONDS, undefined, { signal: follow.signal }).catch(() => undefined);
    }
  }
}

async function readBlocks(connection: PeerConnection, follow: Follow): Promise<void> {
  const events = await connection.network.getBlockAndPrivateDataEvents({ startBlock: follow.nextBlock() });
  const close = () => events.close();
  follow.signal.addEventListener('abort', close, { once: true });
  try {
    for await (const event of events) {
      const block = event.getBlock();
      if (block) await follow.onBlock(decodeBlock(block, event, follow.ownCollection));
    }
  } finally {
    follow.signal.removeEventListener('abort', close);
    events.close();
  }
}
