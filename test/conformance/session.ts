import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import * as grpc from '@grpc/grpc-js';
import {
  connect,
  type Gateway,
  type Proposal,
  type Status,
  signers,
  type Transaction,
} from '@hyperledger/fabric-gateway';
import { type common, msp, peer, gateway as protos } from '@hyperledger/fabric-protos';
import type { Step } from './chaincode/step.ts';
import { type Member, signMessage } from './member.ts';
import type { ConformanceNetwork } from './network.ts';

/** Where a call goes; the ordinary case is `basic` on `finance`, endorsed by Cedar and Maple. */
export interface Target {
  channel?: string;
  chaincode?: string;
  /** MSP ids asked explicitly; 'plan' leaves the choice to the gateway. */
  endorsers?: string[] | 'plan';
  transient?: Record<string, string | Uint8Array>;
}

/** An endorsed transaction that has not been submitted. */
export interface Endorsed {
  transaction: Transaction;
  txId: string;
  channel: string;
  result: unknown[];
}

/** How a transaction ended. */
export interface Committed {
  txId: string;
  code: string;
  block: number;
  result: unknown[];
}

interface Message {
  serializeBinary(): Uint8Array;
}

const clients = new Map<string, grpc.Client>();
const callOptions = () => ({ deadline: Date.now() + 20_000 });

function clientFor(network: ConformanceNetwork, mspId: string): grpc.Client {
  const { endpoint, tlsCa } = network.peers[mspId] as { endpoint: string; tlsCa: string };
  let client = clients.get(endpoint);
  if (!client) {
    client = new grpc.Client(endpoint, grpc.credentials.createSsl(readFileSync(tlsCa)));
    clients.set(endpoint, client);
  }
  return client;
}

/** Closes every connection; call it when a suite has ended or its network was restarted. */
export function closeClients(): void {
  for (const client of clients.values()) client.close();
  clients.clear();
}

/** The name of a validation code. */
export function codeName(code: number): string {
  return Object.entries(peer.TxValidationCode).find(([, value]) => value === code)?.[0] ?? String(code);
}

/** Text of a step list as the fixture's `run` takes it. */
const parse = (bytes: Uint8Array): unknown[] =>
  bytes.length ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown[]) : [];

/** A member connected to one peer with the unmodified client, and with raw calls beside it. */
export class Session {
  readonly network: ConformanceNetwork;
  readonly member: Member;
  readonly client: grpc.Client;
  readonly gateway: Gateway;

  constructor(network: ConformanceNetwork, member: Member, at: string = member.mspId) {
    this.network = network;
    this.member = member;
    this.client = clientFor(network, at);
    this.gateway = connect({
      client: this.client,
      identity: { mspId: member.mspId, credentials: member.certificate },
      signer: signers.newPrivateKeySigner(member.key),
      evaluateOptions: callOptions,
      endorseOptions: callOptions,
      submitOptions: callOptions,
      commitStatusOptions: callOptions,
    });
  }

  /** Serialised identity of the member. */
  get creator(): Uint8Array {
    const identity = new msp.SerializedIdentity();
    identity.setMspid(this.member.mspId);
    identity.setIdBytes(this.member.certificate);
    return identity.serializeBinary();
  }

  propose(steps: Step[], target: Target = {}): Proposal {
    return this.call('run', [JSON.stringify(steps)], target);
  }

  /** A proposal of any function with any arguments. */
  call(name: string, args: (string | Uint8Array)[], target: Target = {}): Proposal {
    const { channel = 'finance', chaincode = 'basic', endorsers = ['CedarMSP', 'MapleMSP'], transient = {} } = target;
    return this.gateway
      .getNetwork(channel)
      .getContract(chaincode)
      .newProposal(name, {
        arguments: args,
        transientData: transient,
        ...(endorsers === 'plan' ? {} : { endorsingOrganizations: endorsers }),
      });
  }

  async evaluate(steps: Step[], target: Target = {}): Promise<unknown[]> {
    const own = target.endorsers ?? [this.member.mspId];
    return parse(await this.propose(steps, { ...target, endorsers: own }).evaluate());
  }

  async endorse(steps: Step[], target: Target = {}): Promise<Endorsed> {
    const transaction = await this.propose(steps, target).endorse();
    return {
      transaction,
      txId: transaction.getTransactionId(),
      channel: target.channel ?? 'finance',
      result: parse(transaction.getResult()),
    };
  }

  async submit(steps: Step[], target: Target = {}): Promise<Committed> {
    return this.commit(await this.endorse(steps, target));
  }

  async commit(endorsed: Endorsed): Promise<Committed> {
    const submitted = await endorsed.transaction.submit();
    const status = describe(await submitted.getStatus());
    await this.committedEverywhere(endorsed.txId, endorsed.channel);
    return { txId: endorsed.txId, result: endorsed.result, ...status };
  }

  /** Waits until every peer has a transaction, so that what follows does not depend on which peer is behind. */
  async committedEverywhere(txId: string, channel: string): Promise<void> {
    if (this.network.isInStep) return;
    const peers = Object.keys(this.network.peers);
    await Promise.all(peers.map((mspId) => new Session(this.network, this.member, mspId).status(txId, channel)));
  }

  /** Hands an envelope to the orderer through the peer's gateway, whatever stands in it. */
  async submitEnvelope(txId: string, envelope: common.Envelope, channel = 'finance'): Promise<void> {
    const request = new protos.SubmitRequest();
    request.setTransactionId(txId);
    request.setChannelId(channel);
    request.setPreparedTransaction(envelope);
    await this.unary('Submit', request, protos.SubmitResponse.deserializeBinary);
  }

  /** Asks how a transaction ended, waiting until it has. */
  async status(txId: string, channel = 'finance'): Promise<{ code: string; block: number }> {
    const inner = new protos.CommitStatusRequest();
    inner.setTransactionId(txId);
    inner.setChannelId(channel);
    inner.setIdentity(this.creator);
    const request = new protos.SignedCommitStatusRequest();
    request.setRequest(inner.serializeBinary());
    request.setSignature(signMessage(this.member, request.getRequest_asU8()));
    const response = await this.unary('CommitStatus', request, protos.CommitStatusResponse.deserializeBinary);
    return { code: codeName(response.getResult()), block: response.getBlockNumber() };
  }

  /** One unary call of gateway.Gateway. */
  unary<T>(method: string, request: Message, deserialize: (bytes: Uint8Array) => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(
        `/gateway.Gateway/${method}`,
        (message: Message) => Buffer.from(message.serializeBinary()),
        (bytes: Buffer) => deserialize(bytes),
        request,
        callOptions(),
        (error, value) => (error ? reject(error) : resolve(value as T)),
      );
    });
  }
}

function describe(status: Status): { code: string; block: number } {
  return { code: codeName(status.code), block: Number(status.blockNumber) };
}

/** SHA-256 as hexadecimal text. */
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
