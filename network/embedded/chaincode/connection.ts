import { peer } from '@hyperledger/fabric-protos';
import { closeIterators, type Execution, type PendingExecution } from './execution.ts';
import { type ChaincodeServer, newMessage, openSession, type Session } from './session.ts';

/** One organisation's link to one of its chaincode processes. */
export interface ChaincodeConnection {
  /** Runs INIT or TRANSACTION and answers COMPLETED or ERROR. Refuses with a peer's texts: not reachable, timeout, stream terminated, txid in use. */
  execute(input: peer.ChaincodeInput, execution: Execution): Promise<peer.ChaincodeMessage>;
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
    if (isClosed) current.stream.cancel();
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
      current?.stream.cancel();
    },
  };
}

interface Call {
  input: peer.ChaincodeInput;
  execution: Execution;
  timeoutMs: number;
}

function run(session: Session, { input, execution, timeoutMs }: Call): Promise<peer.ChaincodeMessage> {
  if (session.isEnded) throw new Error('error sending: chaincode stream terminated');
  const { channelId, txId } = execution;
  const key = `${channelId}\0${txId}`;
  if (session.pending.has(key)) throw new Error(`error sending: txid: ${txId}(${channelId}) exists`);
  const message = newMessage(execution.isInit ? Type.INIT : Type.TRANSACTION, channelId, txId);
  message.setPayload(input.serializeBinary());
  message.setProposal(execution.signedProposal);
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
    session.stream.write(message);
  });
}
