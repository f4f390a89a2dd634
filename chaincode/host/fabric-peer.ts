import type { ChaincodeStub } from 'fabric-shim';
import { parseDomainError } from '../core/errors.ts';
import type { EntryPoint } from '../core/ledger.ts';
import type { Peer, PeerPrivateData, StateWrite } from '../core/peer.ts';
import { getStates, putPrivateData, putStates } from './batch-messages.ts';
import { readArguments, readHeaderChaincode } from './peer-protos.ts';

/** Status from which a peer takes a response for a refusal. */
const ERROR_STATUS = 400;

interface ProposalMessages {
  readonly header: { readonly channelHeader: { getExtension_asU8(): Uint8Array } };
  readonly payload: { getInput_asU8(): Uint8Array };
}

/** A ledger transaction of a real peer, or of the embedded network, over the shim's stub. */
export class FabricPeer implements Peer {
  readonly namespace: string;
  readonly privateData: PeerPrivateData;
  readonly #stub: ChaincodeStub;

  constructor(stub: ChaincodeStub, namespace: string) {
    this.#stub = stub;
    this.namespace = namespace;
    this.privateData = {
      get: async (mspId, key) => textOf(await stub.getPrivateData(implicitCollection(mspId), key)),
      put: (mspId, writes) => putPrivateData(stub, implicitCollection(mspId), writes),
      purge: (mspId, key) => stub.purgePrivateData(implicitCollection(mspId), key),
      hash: async (mspId, key) => hexOf(await stub.getPrivateDataHash(implicitCollection(mspId), key)),
    };
  }

  get channel(): string {
    return this.#stub.getChannelID();
  }

  get transactionId(): string {
    return this.#stub.getTxID();
  }

  get creatorMspId(): string {
    return this.#stub.getCreator().mspid;
  }

  get timestampMilliseconds(): number {
    return this.#stub.getDateTimestamp().getTime();
  }

  transient(name: string): Uint8Array | undefined {
    return this.#stub.getTransient().get(name);
  }

  getStates(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    return getStates(this.#stub, keys);
  }

  // The history of a key leaves no trace in the read set, and tells the newest value first.
  async latest(keys: readonly string[]): Promise<(Uint8Array | undefined)[]> {
    const values: (Uint8Array | undefined)[] = [];
    for (const key of keys) {
      const history = await this.#stub.getHistoryForKey(key);
      const { value } = await history.next();
      await history.close();
      values.push(value === undefined || value === null || value.isDelete ? undefined : value.value);
    }
    return values;
  }

  putStates(writes: readonly StateWrite[]): Promise<void> {
    return putStates(this.#stub, writes);
  }

  async invoke(namespace: string, operation: string, argument: string): Promise<string> {
    const { status, message, payload } = await this.#stub.invokeChaincode(
      namespace,
      [operation, argument],
      this.channel,
    );
    if (status < ERROR_STATUS) return Buffer.from(payload ?? []).toString('utf8');
    throw parseDomainError(message ?? '') ?? new Error(`${namespace} refused ${operation}`);
  }

  entryPoint(): EntryPoint {
    // The shim's typings promise plain objects; at run time they are protobuf messages.
    const { header, payload } = this.#stub.getSignedProposal().proposal as unknown as ProposalMessages;
    const [operation = '', argument = ''] = readArguments(payload.getInput_asU8());
    return { chaincode: readHeaderChaincode(header.channelHeader.getExtension_asU8()), operation, argument };
  }
}

function implicitCollection(mspId: string): string {
  return `_implicit_org_${mspId}`;
}

function textOf(bytes: Uint8Array): string | undefined {
  return bytes.length === 0 ? undefined : Buffer.from(bytes).toString('utf8');
}

function hexOf(bytes: Uint8Array): string | undefined {
  return bytes.length === 0 ? undefined : Buffer.from(bytes).toString('hex');
}
