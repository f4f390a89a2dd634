import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { type common, ledger } from '@hyperledger/fabric-protos';
import { endorseAs, type Parts, putBack, seal, submitChanged, takeApart } from '../conformance/envelope.ts';
import { loadMember, type Member } from '../conformance/member.ts';
import type { ConformanceNetwork } from '../conformance/network.ts';
import { refusal } from '../conformance/refusal.ts';
import { type Endorsed, Session } from '../conformance/session.ts';

const ORGANIZATIONS = ['cedar', 'maple', 'pine', 'willow', 'centralbank'];
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
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const batchOf = (operations: readonly Operation[]) =>
  JSON.stringify({
    operations: operations.map((one) => ({ ...one, caller: { kind: callerOf(one), ref: '' } })),
  });
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

  async head(lane: string): Promise<{ sequence: number; hash: string; epoch: number; holder: string }> {
    const target = { chaincode: lane, endorsers: [mspOf(this.name)] };
    const bytes = await this.session.call('lane:read', ['["lane/0/head"]'], target).evaluate();
    const [row] = JSON.parse(Buffer.from(bytes).toString()) as (string | null)[];
    return JSON.parse(row ?? '{}');
  }

  /** Has a batch endorsed; by this bank and Cedar unless others are named. */
  async endorse(operations: readonly Operation[], submission: Submission = {}): Promise<Endorsed> {
    const { lane = this.name, endorsers = ['CedarMSP', mspOf(this.name)] } = submission;
    const head = await this.head(lane);
    const batch = batchOf(operations);
    const header = {
      lane,
      epoch: head.epoch,
      holder: head.holder,
      sequence: head.sequence + 1,
      previousHash: head.hash,
      digest: sha256(batch),
      ...submission.header,
    };
    const transient = { batch: submission.swapped === undefined ? batch : batchOf(submission.swapped) };
    const proposal = this.session.call('lane:submit', [JSON.stringify(header)], {
      chaincode: lane,
      endorsers,
      transient,
    });
    const transaction = await proposal.endorse();
    const result = JSON.parse(Buffer.from(transaction.getResult()).toString()).results;
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

/** Adds a write to what a transaction does, whoever endorsed it. */
export function addWrite(parts: Parts, namespace: string, write: { key: string; value: object }): void {
  const set = ledger.rwset.TxReadWriteSet.deserializeBinary(parts.chaincodeAction.getResults_asU8());
  const found = set.getNsRwsetList().find((own) => own.getNamespace() === namespace);
  const target = found ?? new ledger.rwset.NsReadWriteSet();
  const own = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(target.getRwset_asU8());
  const added = new ledger.rwset.kvrwset.KVWrite();
  added.setKey(write.key);
  added.setValue(Buffer.from(JSON.stringify(write.value)));
  own.addWrites(added);
  target.setNamespace(namespace);
  target.setRwset(own.serializeBinary());
  if (found === undefined) set.addNsRwset(target);
  parts.chaincodeAction.setResults(set.serializeBinary());
  putBack(parts);
}
