import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type common, ledger } from '@hyperledger/fabric-protos';
import { type BatchOperation, type BatchResponse, batchKey } from '@tangram/chaincode/core/batch.ts';
import { createTable } from '@tangram/chaincode/core/dispatch.ts';
import { readOutcomes } from '@tangram/chaincode/core/read-outcomes.ts';
import { encodeBatch } from '@tangram/chaincode/core/wire/batch-codec.ts';
import { operations as everyOperation } from '@tangram/chaincode/operations.ts';
import { readEndorsedWrites } from '@tangram/gateway/fabric/decode-block.ts';
import { endorseAs, type Parts, putBack, seal, submitChanged, takeApart } from '../conformance/envelope.ts';
import { loadMember, type Member } from '../conformance/member.ts';
import type { ConformanceNetwork } from '../conformance/network.ts';
import { refusal } from '../conformance/refusal.ts';
import { type Endorsed, Session } from '../conformance/session.ts';

const BANKS = ['cedar', 'maple', 'pine', 'willow'];
const ORGANIZATIONS = [...BANKS, 'centralbank'];

interface LaneHead {
  readonly sequence: number;
  readonly hash: string;
  readonly epoch: number;
  readonly holder: string;
  readonly directory: number;
}

export const mspOf = (name: string) => `${name.charAt(0).toUpperCase()}${name.slice(1)}MSP`;

/** The product's own network, as a client sees it that brings its own tools. */
export function networkAt(dataFolder: string, portBase: number): ConformanceNetwork {
  const organizationsDir = join(dataFolder, 'organizations');
  const peers = ORGANIZATIONS.map((name, index) => {
    const tlsCa = join(organizationsDir, name, 'msp/tlscacerts/tlsca.pem');
    return [mspOf(name), { endpoint: `127.0.0.1:${portBase + 51 + index}`, tlsCa }];
  });
  return { organizationsDir, peers: Object.fromEntries(peers), isInStep: true } as unknown as ConformanceNetwork;
}

export interface Operation {
  readonly operation: string;
  readonly request: object;
}

interface Submission {
  /** Whose lane; the attacker's own unless named. */
  readonly lane?: string;
  readonly endorsers?: string[];
  readonly header?: object;
  /** Sent instead of the batch whose digest the header carries. */
  readonly swapped?: Operation[];
  /** Bytes that are sent as the batch, with their digest in the header. */
  readonly bytes?: Uint8Array;
}

const table = createTable(everyOperation);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

const envelopesOf = (operations: readonly Operation[]) =>
  operations.map((one) => ({ ...one, caller: { kind: callerOf(one), ref: '' } }) as BatchOperation);

/** A batch as a gateway would encode it. */
export const batchOf = (operations: readonly Operation[]) => encodeBatch(table, envelopesOf(operations));

const callerOf = ({ operation }: Operation) => (operation === 'payments:receive' ? 'system' : 'operator');

/** A bank that has its own client certificates and its own peer's key, and nobody else's. */
export class Attacker {
  readonly name: string;
  readonly network: ConformanceNetwork;
  readonly session: Session;
  readonly peer: Member;

  constructor(name: string, network: ConformanceNetwork) {
    this.name = name;
    this.network = network;
    this.session = new Session(network, loadMember(network, mspOf(name)));
    this.peer = loadMember(network, mspOf(name), 'peer');
  }

  /** Signs as somebody else with the own key. */
  impersonate(name: string): Session {
    const victim = loadMember(this.network, mspOf(name));
    return new Session(this.network, { ...victim, key: this.session.member.key }, mspOf(this.name));
  }

  async head(lane: string): Promise<LaneHead> {
    const target = { chaincode: lane, endorsers: [mspOf(this.name)] };
    const bytes = await this.session.call('lane:read', ['["lane/0/head"]'], target).evaluate();
    const [row] = JSON.parse(Buffer.from(bytes).toString()) as (string | null)[];
    return JSON.parse(row ?? '{}');
  }

  /** Every bank's directory as far as it is committed. */
  async directories(): Promise<Record<string, number>> {
    const heads = BANKS.map(async (bank) => [bank, (await this.head(bank)).directory] as const);
    return Object.fromEntries(await Promise.all(heads));
  }

  /** Has a batch endorsed; by this bank and Cedar unless others are named. */
  async endorse(operations: readonly Operation[], submission: Submission = {}): Promise<Endorsed> {
    const { lane = this.name, endorsers = ['CedarMSP', mspOf(this.name)], swapped } = submission;
    const head = await this.head(lane);
    const { bytes, names } = batchOf(operations);
    const batch = submission.bytes ?? bytes;
    const header = {
      lane,
      epoch: head.epoch,
      holder: head.holder,
      sequence: head.sequence + 1,
      previousHash: head.hash,
      digest: sha256(batch),
      directories: await this.directories(),
      ...submission.header,
    };
    const transient = { batch: swapped === undefined ? batch : batchOf(swapped).bytes };
    const proposal = this.session.call('lane:submit', [JSON.stringify(header)], {
      chaincode: lane,
      endorsers,
      transient,
    });
    const transaction = await proposal.endorse();
    const response = JSON.parse(Buffer.from(transaction.getResult()).toString()) as BatchResponse;
    const row = readEndorsedWrites(transaction.getBytes()).find(
      ({ namespace, key }) => namespace === lane && key === batchKey(response.sequence),
    )?.value;
    const result = readOutcomes(table, {
      operations: envelopesOf(operations),
      names,
      response,
      row: row ?? undefined,
    });
    return { transaction, txId: transaction.getTransactionId(), channel: 'finance', result };
  }

  /** Changes an endorsed batch of the own lane and submits it; the validation code. */
  async tamper(operations: readonly Operation[], change: (parts: Parts) => void): Promise<string> {
    return submitChanged(this.session, await this.endorse(operations), change);
  }

  /** Submits an envelope that was committed before. */
  async replay(endorsed: Endorsed): Promise<void> {
    const parts = takeApart(endorsed);
    await this.session.submitEnvelope(endorsed.txId, seal(parts, this.session.member) as common.Envelope);
  }

  /** Endorses whatever the parts hold, with the own peer's key as often as asked. */
  endorseAlone(parts: Parts, times = 1): void {
    endorseAs(parts, Array<Member>(times).fill(this.peer));
  }
}

/** The code with which a call is refused: the chaincode's where it speaks, else gRPC's. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  const { code, message, details } = await refusal(call);
  const said = [message, ...details.map((detail) => detail.message)].join(' ');
  return /"code":"([A-Z_]+)"/.exec(said)?.[1] ?? code;
}

const noPeer = ['UNAVAILABLE', 'FAILED_PRECONDITION'];

/** The code of a refusal by a peer that judged; asks again while peers of a young network do not know of each other yet. */
export async function verdictOf(call: () => Promise<unknown>): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const code = await codeOf(call());
    if (!noPeer.includes(code) || Date.now() > deadline) return code;
    await new Promise((wake) => setTimeout(wake, 500));
  }
}

export interface ForgedWrite {
  readonly key: string;
  readonly value: object | Uint8Array;
}

/** Adds a write to what a transaction does, whoever endorsed it. */
export function addWrite(parts: Parts, namespace: string, write: ForgedWrite): void {
  const set = ledger.rwset.TxReadWriteSet.deserializeBinary(parts.chaincodeAction.getResults_asU8());
  const found = set.getNsRwsetList().find((own) => own.getNamespace() === namespace);
  const target = found ?? new ledger.rwset.NsReadWriteSet();
  const own = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(target.getRwset_asU8());
  const added = new ledger.rwset.kvrwset.KVWrite();
  added.setKey(write.key);
  added.setValue(write.value instanceof Uint8Array ? write.value : Buffer.from(JSON.stringify(write.value)));
  own.addWrites(added);
  target.setNamespace(namespace);
  target.setRwset(own.serializeBinary());
  if (found === undefined) set.addNsRwset(target);
  parts.chaincodeAction.setResults(set.serializeBinary());
  putBack(parts);
}
