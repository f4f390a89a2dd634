import { peer } from '@hyperledger/fabric-protos';
import { closeIterators, type Execution, type PendingExecution } from './execution.ts';
import { openSession, type Session } from './session.ts';
import type { ChaincodeServer } from './stream.ts';
import { type ChaincodeMessage, encodeFrame } from './wire.ts';

/** One organisation's link to one of its chaincode processes. */
export interface ChaincodeConnection {
  /** Runs INIT or TRANSACTION and answers COMPLETED or ERROR. Refuses with a peer's texts: not reachable, timeout, stream terminated, txid in use. */
  execute(input: peer.ChaincodeInput, execution: Execution): Promise<ChaincodeMessage>;
  /** Dials if it is not connected yet. */
  connect(): Promise<void>;
  close(): void;
}

const { Type } = peer.ChaincodeMessage;

/** Links a peer to a chaincode service; dials when first needed, and again after the process has died. */
export function createChaincodeConnection(server: ChaincodeServer, executeTimeoutMs: number): ChaincodeConnection {
  let opening: Promise<Session> | undefined;
  let current: Session | undefined;
  let isClosed = false;

  async function connected(): Promise<Session> {
    if (current && !current.isEnded) return current;
    opening ??= openSession(server, (session) => {
      if (current === session) current = undefined;
    }).finally(() => {
      opening = undefined;
    });
    try {
      current = await opening;
    } catch (error) {
      throw new Error(`could not launch chaincode ${server.packageId}: ${(error as Error).message}`);
    }
    if (isClosed) current.stream.close();
    return current;
  }

  return {
    async connect() {
      await connected();
    },
    async execute(input, execution) {
      const session = await connected();
      return run(session, { input, execution, timeoutMs: executeTimeoutMs });
    },
    close() {
      isClosed = true;
      current?.stream.close();
    },
  };
}

interface Call {
  input: peer.ChaincodeInput;
  execution: Execution;
  timeoutMs: number;
}

function run(session: Session, { input, execution, timeoutMs }: Call): Promise<ChaincodeMessage> {
  if (session.isEnded) throw new Error('error sending: chaincode stream terminated');
  const { channelId, txId } = execution;
  const key = `${channelId}\0${txId}`;
  if (session.pending.has(key)) throw new Error(`error sending: txid: ${txId}(${channelId}) exists`);
  const frame = invocationFrame(input, execution);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => pending.fail(new Error('error sending: timeout expired while executing transaction')),
      timeoutMs,
    );
    const settle = () => {
      clearTimeout(timer);
      session.pending.delete(key);
      closeIterators(pending);
    };
    const pending: PendingExecution = {
      execution,
      iterators: new Map(),
      finish(completion) {
        settle();
        resolve(completion);
      },
      fail(error) {
        settle();
        reject(error);
      },
    };
    session.pending.set(key, pending);
    session.stream.send(frame);
  });
}

/** Frames of calls under way, by input: a proposal's input is the same object for every endorser. */
const frames = new WeakMap<peer.ChaincodeInput, Buffer>();

function invocationFrame(input: peer.ChaincodeInput, execution: Execution): Buffer {
  const { channelId, txId, isInit, signedProposal } = execution;
  let frame = frames.get(input);
  if (!frame) {
    const type = isInit ? Type.INIT : Type.TRANSACTION;
    frame = encodeFrame({ type, channelId, txId, payload: input.serializeBinary(), proposal: signedProposal });
    frames.set(input, frame);
  }
  return frame;
}
