import * as grpc from '@grpc/grpc-js';
import { common, msp, peer } from '@hyperledger/fabric-protos';
import timestamps from 'google-protobuf/google/protobuf/timestamp_pb.js';

// The peer's side of the chaincode protocol on the wire, over rows in memory: what host's tests connect to a host.

const { Type } = peer.ChaincodeMessage;

export interface WirePeerOptions {
  /** Largest batch that READY announces; undefined = a peer that knows no batch messages. */
  readonly maxBatch?: number;
  readonly credentials?: grpc.ChannelCredentials;
}

export interface Proposal {
  readonly operation: string;
  readonly argument: string;
  readonly transient?: Readonly<Record<string, string | Uint8Array>>;
  readonly mspId: string;
  /** Where the client's proposal entered, when another chaincode called this namespace. */
  readonly entry?: {
    readonly chaincode: string;
    readonly operation: string;
    /** What the invocation says of itself, which no peer compares with the header. */
    readonly claimed: string;
  };
}

interface Execution {
  readonly namespace: string;
  readonly txId: string;
  readonly proposal: peer.SignedProposal;
  readonly resolve: (response: peer.Response) => void;
}

export class WirePeer {
  /** Rows by `namespace/key`; private ones by `namespace/collection/key`. */
  readonly rows = new Map<string, Uint8Array>();
  /** Types of the messages that chaincode sent, in order, COMPLETED included. */
  readonly received: number[] = [];
  /** Keys in each batch message, in order. */
  readonly batchSizes: number[] = [];
  readonly #options: WirePeerOptions;
  readonly #links = new Map<
    string,
    { client: grpc.Client; stream: grpc.ClientDuplexStream<peer.ChaincodeMessage, peer.ChaincodeMessage> }
  >();
  readonly #executions = new Map<string, Execution>();
  #count = 0;

  constructor(options: WirePeerOptions) {
    this.#options = options;
  }

  /** Dials a chaincode server and completes the registration; rejects when the server hangs up before. */
  connect(namespace: string, address: string): Promise<void> {
    const client = new peer.ChaincodeClient(address, this.#options.credentials ?? grpc.credentials.createInsecure());
    const stream = client.connect();
    this.#links.set(namespace, { client, stream });
    return new Promise((resolve, reject) => {
      stream.on('error', reject);
      stream.on('data', (message: peer.ChaincodeMessage) => {
        if (message.getType() === Type.REGISTER) {
          stream.write(messageOf(Type.REGISTERED, '', new Uint8Array()));
          stream.write(messageOf(Type.READY, '', this.#readyPayload()));
          resolve();
          return;
        }
        void this.#answer(namespace, message);
      });
    });
  }

  /** A row's value as text. */
  text(name: string): string | undefined {
    const value = this.rows.get(name);
    return value && textOf(value);
  }

  close(): void {
    for (const { client, stream } of this.#links.values()) {
      stream.cancel();
      client.close();
    }
  }

  /** Runs one proposal at a namespace. */
  call(namespace: string, proposal: Proposal): Promise<peer.Response> {
    this.#count += 1;
    return this.#execute(namespace, [proposal.operation, proposal.argument], {
      txId: `tx${this.#count}`,
      proposal: signedProposal(namespace, proposal),
    });
  }

  #execute(
    namespace: string,
    args: readonly string[],
    { txId, proposal }: Pick<Execution, 'txId' | 'proposal'>,
  ): Promise<peer.Response> {
    return new Promise((resolve) => {
      this.#executions.set(`${namespace}/${txId}`, { namespace, txId, proposal, resolve });
      const message = messageOf(Type.TRANSACTION, txId, inputOf(args).serializeBinary());
      message.setProposal(proposal);
      this.#links.get(namespace)?.stream.write(message);
    });
  }

  async #answer(namespace: string, message: peer.ChaincodeMessage): Promise<void> {
    const txId = message.getTxid();
    const name = `${namespace}/${txId}`;
    const execution = this.#executions.get(name) as Execution;
    this.received.push(message.getType());
    if (message.getType() === Type.COMPLETED) {
      this.#executions.delete(name);
      execution.resolve(peer.Response.deserializeBinary(message.getPayload_asU8()));
      return;
    }
    const payload = await this.#reply(execution, message);
    this.#links.get(namespace)?.stream.write(messageOf(Type.RESPONSE, txId, payload));
  }

  async #reply(execution: Execution, message: peer.ChaincodeMessage): Promise<Uint8Array> {
    const bytes = message.getPayload_asU8();
    const rowName = (key: string, collection = '') => [execution.namespace, collection, key].filter(Boolean).join('/');
    switch (message.getType()) {
      case Type.GET_STATE: {
        const request = peer.GetState.deserializeBinary(bytes);
        return this.rows.get(rowName(request.getKey(), request.getCollection())) ?? new Uint8Array();
      }
      case Type.PUT_STATE: {
        const request = peer.PutState.deserializeBinary(bytes);
        this.rows.set(rowName(request.getKey(), request.getCollection()), request.getValue_asU8());
        return new Uint8Array();
      }
      case Type.GET_STATE_MULTIPLE: {
        const keys = peer.GetStateMultiple.deserializeBinary(bytes).getKeysList();
        this.batchSizes.push(keys.length);
        const result = new peer.GetStateMultipleResult();
        result.setValuesList(keys.map((key) => this.rows.get(rowName(key)) ?? new Uint8Array()));
        return result.serializeBinary();
      }
      case Type.WRITE_BATCH_STATE: {
        const records = peer.WriteBatchState.deserializeBinary(bytes).getRecList();
        this.batchSizes.push(records.length);
        // Slow on purpose: whoever does not await the answer completes before the rows are there.
        await new Promise((resolve) => setTimeout(resolve, 20));
        for (const record of records)
          this.rows.set(rowName(record.getKey(), record.getCollection()), record.getValue_asU8());
        return new Uint8Array();
      }
      case Type.INVOKE_CHAINCODE:
        return this.#invoke(execution, peer.ChaincodeSpec.deserializeBinary(bytes));
      default:
        throw new Error(`the wire peer knows no message of type ${message.getType()}`);
    }
  }

  async #invoke(execution: Execution, specification: peer.ChaincodeSpec): Promise<Uint8Array> {
    const [namespace = ''] = (specification.getChaincodeId()?.getName() ?? '').split('/');
    const args = specification.getInput()?.getArgsList_asU8().map(textOf) ?? [];
    const response = await this.#execute(namespace, args, execution);
    return messageOf(Type.COMPLETED, execution.txId, response.serializeBinary()).serializeBinary();
  }

  #readyPayload(): Uint8Array {
    const { maxBatch } = this.#options;
    if (maxBatch === undefined) return new Uint8Array();
    const params = new peer.ChaincodeAdditionalParams();
    params.setUseGetMultipleKeys(true);
    params.setMaxSizeGetMultipleKeys(maxBatch);
    params.setUseWriteBatch(true);
    params.setMaxSizeWriteBatch(maxBatch);
    return params.serializeBinary();
  }
}

function messageOf(type: number, txId: string, payload: Uint8Array): peer.ChaincodeMessage {
  const message = new peer.ChaincodeMessage();
  message.setType(type as never);
  message.setTxid(txId);
  message.setChannelId('finance');
  message.setPayload(payload);
  return message;
}

function inputOf(args: readonly string[]): peer.ChaincodeInput {
  const input = new peer.ChaincodeInput();
  input.setArgsList(args.map((argument) => Buffer.from(argument)));
  return input;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function chaincodeId(name: string): peer.ChaincodeID {
  const id = new peer.ChaincodeID();
  id.setName(name);
  return id;
}

function signedProposal(namespace: string, { transient, mspId, ...called }: Proposal): peer.SignedProposal {
  const { chaincode, operation, claimed } = called.entry ?? { ...called, chaincode: namespace, claimed: namespace };
  const creator = new msp.SerializedIdentity();
  creator.setMspid(mspId);
  creator.setIdBytes(Buffer.from(CERTIFICATE));
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator.serializeBinary());
  const timestamp = new timestamps.Timestamp();
  timestamp.fromDate(new Date());
  const channelHeader = new common.ChannelHeader();
  channelHeader.setTimestamp(timestamp);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId(chaincode));
  channelHeader.setExtension$(extension.serializeBinary());
  const header = new common.Header();
  header.setChannelHeader(channelHeader.serializeBinary());
  header.setSignatureHeader(signatureHeader.serializeBinary());
  const specification = new peer.ChaincodeSpec();
  specification.setChaincodeId(chaincodeId(claimed));
  specification.setInput(inputOf([operation, called.argument]));
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(specification);
  const payload = new peer.ChaincodeProposalPayload();
  payload.setInput(invocation.serializeBinary());
  for (const [name, value] of Object.entries(transient ?? {}))
    payload.getTransientmapMap().set(name, Buffer.from(value as string));
  const proposal = new peer.Proposal();
  proposal.setHeader(header.serializeBinary());
  proposal.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  return signed;
}

// Any certificate: the shim parses the creator's, the peer before it has judged it.
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBdTCCARugAwIBAgIUWV5ZJraGnGA9oXucOeWL/Zc5R9QwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjIyMDI5NDJaGA8yMTI2MTAyOTIwMjk0
MlowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABJo+
4xcC0BOnOQXjtBjUp1TTt7PDCBjQnKvVX1VqjMFtOsfQ0HioEAyV1siNYRBM7cRT
ywvY27YaQL6EqtTZTVujUzBRMB0GA1UdDgQWBBTpR1DFyG9Y+lOl+4dvstCeDBGW
3TAfBgNVHSMEGDAWgBTpR1DFyG9Y+lOl+4dvstCeDBGW3TAPBgNVHRMBAf8EBTAD
AQH/MAoGCCqGSM49BAMCA0gAMEUCIA3+eGJFwdPkwm0dxZtGVbINAIDt6eMclyZv
kHJDWrPmAiEAi04hlxOOB6BUQoU/UVmOODiMaV/S1W5NSLAfx7D8HDE=
-----END CERTIFICATE-----
`;
