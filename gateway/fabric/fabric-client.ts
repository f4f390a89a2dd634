import { readFileSync } from 'node:fs';
import { gateway as gatewayProtos, msp } from '@hyperledger/fabric-protos';
import { askPeers, byHealth, timed } from './ask-peers.ts';
import type { Clock } from './clock.ts';
import { agreeOnCommit, type CommitResult } from './commit-witness.ts';
import { type LedgerBlock, readEndorsedWrites } from './decode-block.ts';
import {
  type AnyEndorsers,
  type EndorsedTransaction,
  type EndorsementWay,
  type Endorsers,
  endorseOver,
} from './endorsement.ts';
import { createEndorserChoice } from './endorser-choice.ts';
import { decodeFabricError, saysProcessed } from './fabric-failure.ts';
import { type BlockFollower, followBlocks, readBlocksAgain } from './follow-blocks.ts';
import { createLatency, sizeOfCall } from './latency.ts';
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
  /** What it asks of an endorser beyond its bytes, as so many more of them: how long silence is borne depends on it. */
  extraBytes?: number;
}

export interface FabricClient {
  readonly mspId: string;
  /** Runs a query, at peers of one organisation (MSP id) alone if named. Throws FabricFailure. */
  evaluate(call: Call, options?: { only?: string }): Promise<string>;
  /** Collects endorsements. Throws FabricFailure; nothing is written yet. */
  endorse(call: Call, endorsers: Endorsers): Promise<EndorsedTransaction>;
  /**
   * Waits for a transaction's commit: an own peer's word, or that of two other organisations while none answers. Throws
   * FabricFailure when nobody tells in time.
   */
  commitStatus(transactionId: string, deadlineMilliseconds?: number): Promise<CommitResult>;
  /** Resolves when the peers of the others that will endorse next have committed a transaction, or the time is over. */
  committedAtOthers(transactionId: string, endorsers: AnyEndorsers, milliseconds: number): Promise<void>;
  /** Delivers blocks of an own peer with the own private data, in order, for ever, over lost and silent peers. */
  followBlocks(follower: BlockFollower): Promise<void>;
  /** Committed blocks of an own peer from one to another, without private data. */
  readBlocks(from: bigint, upTo: bigint): AsyncIterable<LedgerBlock>;
  peers(): { mspId: string; endpoint: string; healthy: boolean }[];
  close(): void;
}

/** How long a peer may be silent before the next is asked as well, once it is known what is usual. */
const PATIENCE = { least: 200, most: 4_000 };
/** Asking twice costs little here, and the answer itself waits for a block. */
const COMMIT_PATIENCE = { least: 300, most: 1_000 };
/** Attempts of one endorsement that may run at a time, so that a slow network is not made slower. */
const WAYS_MAX = 4;

/** Connects one organisation's gateway to its own peers, with the other organisations' peers to fall back on. */
export function createFabricClient(options: FabricClientOptions): FabricClient {
  const { identity, channel, clock } = options;
  const deadlines = { ...defaultDeadlines, ...options.deadlines };
  const connections = options.peers.map((peer) => openPeerConnection({ peer, identity, channel, deadlines }));
  const own = connections.filter((connection) => connection.mspId === identity.mspId);
  const others = connections.filter((connection) => connection.mspId !== identity.mspId);
  const mspIds = connections.map(({ mspId }) => mspId);
  const choice = createEndorserChoice(mspIds, identity.mspId);
  const latencies = {
    evaluate: createLatency(PATIENCE),
    endorse: createLatency(PATIENCE),
    submit: createLatency(PATIENCE),
    commit: createLatency(COMMIT_PATIENCE),
  };
  const creator = serialiseCreator(identity);
  const everyone = () => [...byHealth(own), ...byHealth(others)];

  const submit = (bytes: Uint8Array) =>
    askPeers(everyone().slice(0, WAYS_MAX), {
      kind: 'submit',
      latency: latencies.submit,
      size: sizeOfCall(bytes.length),
      run: async (connection) => {
        try {
          await connection.gateway.newTransaction(bytes).submit();
        } catch (error) {
          // It is ordered: through other peers the same orderers would say the same.
          if (!saysProcessed(error)) throw error;
        }
      },
    });

  const endorseAt = (connection: PeerConnection, call: Call, organizations: string[]) =>
    timed(connection, {
      kind: 'endorse',
      latency: latencies.endorse,
      size: sizeOf(call),
      run: async () => {
        const transaction = await makeProposal(connection, call, { clock, organizations }).endorse();
        const bytes = transaction.getBytes();
        return {
          transactionId: transaction.getTransactionId(),
          result: Buffer.from(transaction.getResult()).toString('utf8'),
          writes: () => readEndorsedWrites(bytes),
          submit: () => submit(bytes),
        };
      },
    });

  const statusOf = (transactionId: string, milliseconds: number) => {
    const deadline = Date.now() + milliseconds;
    return async (connection: PeerConnection): Promise<CommitResult> => {
      const request = commitRequest(channel, transactionId, creator);
      const status = await connection.gateway.newCommit(request).getStatus({ deadline });
      return { transactionId, blockNumber: status.blockNumber, validationCode: status.code };
    };
  };

  return {
    mspId: identity.mspId,
    evaluate: (call, { only } = {}) =>
      askPeers(only ? everyone().filter(({ mspId }) => mspId === only) : everyone().slice(0, WAYS_MAX), {
        kind: 'evaluate',
        latency: latencies.evaluate,
        run: async (connection) => {
          const organizations = only ? [only] : undefined;
          return Buffer.from(await makeProposal(connection, call, { clock, organizations }).evaluate()).toString(
            'utf8',
          );
        },
      }),
    endorse: (call, endorsers) => {
      const isPrivate = call.transient !== undefined;
      const ways = endorsementPeers({ own: byHealth(own), others: byHealth(others), endorsers, isPrivate });
      return endorseOver(
        ways.map(
          (connection): EndorsementWay => ({
            endpoint: connection.endpoint,
            endorse: (organizations) => endorseAt(connection, call, organizations),
            markLost: () => connection.markLost('endorse'),
          }),
        ),
        endorsers,
        { choice, patienceMilliseconds: latencies.endorse.patience(sizeOf(call)) },
      );
    },
    commitStatus: (transactionId, milliseconds = deadlines.commitStatusMilliseconds) => {
      const run = statusOf(transactionId, milliseconds);
      return commitStatus({ own: byHealth(own), others: byHealth(others) }, (peers) =>
        askPeers(peers, { kind: 'commit', latency: latencies.commit, run }),
      );
    },
    committedAtOthers: async (transactionId, { home, othersCount }, milliseconds) => {
      const run = statusOf(transactionId, milliseconds);
      const next = choice.choose(home, othersCount).filter((mspId) => mspId !== identity.mspId);
      const peers = next.flatMap((mspId) => byHealth(others.filter((peer) => peer.mspId === mspId)).slice(0, 1));
      await Promise.allSettled(peers.map(run));
    },
    followBlocks: (follower) => followBlocks(own, follower),
    readBlocks: (from, upTo) => readBlocksAgain(byHealth(own), { from, upTo }),
    peers: () => connections.map((peer) => ({ ...peer, healthy: peer.healthy() })),
    close: () => {
      for (const connection of connections) connection.close();
    },
  };
}

/**
 * The peers whose gateway service may collect the endorsements, in order. Own ones twice, because the second time other
 * organisations are asked. What only named organisations may see passes through no peer but theirs and the own ones.
 */
function endorsementPeers(found: {
  own: PeerConnection[];
  others: PeerConnection[];
  endorsers: Endorsers;
  isPrivate: boolean;
}): PeerConnection[] {
  const { own, others, endorsers, isPrivate } = found;
  if ('exactly' in endorsers) {
    const allowed = others.filter(({ mspId }) => !isPrivate || endorsers.exactly.includes(mspId));
    return [...own, ...allowed].slice(0, WAYS_MAX);
  }
  return [...own, ...own.slice(0, Math.max(WAYS_MAX - 1 - own.length, 0)), ...others].slice(0, WAYS_MAX);
}

/** One of the own peers is believed. Others are asked only while none of the own ones can be reached at all. */
async function commitStatus(
  { own, others }: { own: PeerConnection[]; others: PeerConnection[] },
  ask: (peers: PeerConnection[]) => Promise<CommitResult>,
): Promise<CommitResult> {
  try {
    return await ask(own);
  } catch (error) {
    const isReached = own.some((peer) => peer.healthy());
    if (isReached || !decodeFabricError(error).connectionLost) throw error;
  }
  return agreeOnCommit(others.map((peer) => ({ mspId: peer.mspId, ask: () => ask([peer]) })));
}

function sizeOf({ transient = {}, extraBytes = 0 }: Call): number {
  let bytes = extraBytes;
  for (const value of Object.values(transient)) bytes += value.length;
  return sizeOfCall(bytes);
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
