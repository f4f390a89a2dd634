import { createHash } from 'node:crypto';
import { type common, ledger, peer, gateway as protos } from '@hyperledger/fabric-protos';
import { type Parts, putBack, takeApartEnvelope } from '../conformance/envelope.ts';
import { signMessage } from '../conformance/member.ts';
import type { Session, Target } from '../conformance/session.ts';

const { rwset } = ledger;
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();

/** A write of private data as a block states it: hashes alone. */
export interface ForgedPrivateWrite {
  readonly namespace: string;
  /** Whose implicit collection. */
  readonly owner: string;
  readonly key: string;
  /** A value whose hash is planted, an end to the key, or a policy of the key that asks for another endorser. */
  readonly does: { readonly put: string } | 'delete' | 'purge' | { readonly policy: Uint8Array };
}

/** Makes a transaction do nothing but a private write, whoever endorsed it; the private value is sent to nobody. */
export function onlyPrivateWrite(parts: Parts, { namespace, owner, key, does }: ForgedPrivateWrite): void {
  const hashes = new rwset.kvrwset.HashedRWSet();
  const keyHash = sha256(key);
  if (typeof does === 'object' && 'policy' in does) {
    const entry = new rwset.kvrwset.KVMetadataEntry();
    entry.setName('VALIDATION_PARAMETER');
    entry.setValue(does.policy);
    const metadata = new rwset.kvrwset.KVMetadataWriteHash();
    metadata.setKeyHash(keyHash);
    metadata.addEntries(entry);
    hashes.addMetadataWrites(metadata);
  } else {
    const write = new rwset.kvrwset.KVWriteHash();
    write.setKeyHash(keyHash);
    write.setIsDelete(typeof does === 'string');
    write.setIsPurge(does === 'purge');
    if (typeof does === 'object') write.setValueHash(sha256(does.put));
    hashes.addHashedWrites(write);
  }
  const collection = new rwset.CollectionHashedReadWriteSet();
  collection.setCollectionName(`_implicit_org_${owner}`);
  collection.setHashedRwset(hashes.serializeBinary());
  collection.setPvtRwsetHash(sha256(`${key} that nobody sends`));
  const part = new rwset.NsReadWriteSet();
  part.setNamespace(namespace);
  part.setRwset(new rwset.kvrwset.KVRWSet().serializeBinary());
  part.addCollectionHashedRwset(collection);
  const set = new rwset.TxReadWriteSet();
  set.setDataModel(rwset.TxReadWriteSet.DataModel.KV);
  set.addNsRwset(part);
  parts.chaincodeAction.setResults(set.serializeBinary());
  putBack(parts);
}

/** A proposal, of which copies with other transient maps have the same transaction id and the same proposal hash. */
export class ManyFaced {
  readonly #session: Session;
  readonly #built: protos.ProposedTransaction;

  constructor(session: Session, [name, argument]: [string, string], chaincode: string) {
    this.#session = session;
    const target: Target = { chaincode, endorsers: [session.member.mspId] };
    this.#built = protos.ProposedTransaction.deserializeBinary(session.call(name, [argument], target).getBytes());
  }

  /** Has one organisation endorse it with this map; what its chaincode did, hash for hash. */
  async endorse(endorser: string, transient: Readonly<Record<string, string>>): Promise<Buffer> {
    const given = (this.#built.getProposal() as peer.SignedProposal).getProposalBytes_asU8();
    const proposal = peer.Proposal.deserializeBinary(given);
    const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
    for (const [key, value] of Object.entries(transient)) payload.getTransientmapMap().set(key, Buffer.from(value));
    proposal.setPayload(payload.serializeBinary());
    const signed = new peer.SignedProposal();
    signed.setProposalBytes(proposal.serializeBinary());
    signed.setSignature(signMessage(this.#session.member, signed.getProposalBytes_asU8()));
    const request = new protos.EndorseRequest();
    request.setTransactionId(this.#built.getTransactionId());
    request.setChannelId('finance');
    request.setProposedTransaction(signed);
    request.setEndorsingOrganizationsList([endorser]);
    const answer = await this.#session.unary('Endorse', request, protos.EndorseResponse.deserializeBinary);
    const { chaincodeAction } = takeApartEnvelope(answer.getPreparedTransaction() as common.Envelope);
    return sha256(chaincodeAction.serializeBinary());
  }
}
