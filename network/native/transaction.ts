import { common, ledger, msp, peer } from '@hyperledger/fabric-protos';
import type { Member } from './members.ts';

export interface TransactionReport {
  txId: string;
  codeName: string;
  creator: string;
  endorsers: string[];
  /** Keys written, by namespace. */
  writes: Record<string, string[]>;
  reads: Record<string, string[]>;
  reason: string;
}

const reasons: Record<string, string> = {
  VALID: 'the transaction is valid',
  MVCC_READ_CONFLICT: 'a key that it read was written by another transaction after its endorsement: propose it again',
  PHANTOM_READ_CONFLICT: 'a range that it read has changed after its endorsement: propose it again',
  ENDORSEMENT_POLICY_FAILURE: 'the endorsers below do not satisfy the policy of a namespace that it writes',
  DUPLICATE_TXID: 'a transaction of this id was committed before',
  BAD_CREATOR_SIGNATURE: 'the signature is not that of the creator',
  EXPIRED_CHAINCODE: 'the chaincode was upgraded after its endorsement: propose it again',
};

/** Reads a committed transaction from a peer: its code, who made and endorsed it, what it read and wrote. */
export async function explainTransaction(
  { peer: client, admin }: Member,
  channel: string,
  txId: string,
): Promise<TransactionReport> {
  const args = ['GetTransactionByID', channel, txId];
  const processed = peer.ProcessedTransaction.deserializeBinary(await client.query(admin, { chaincode: 'qscc', args }));
  const code = processed.getValidationcode();
  const codeName = Object.entries(peer.TxValidationCode).find(([, value]) => value === code)?.[0] ?? String(code);
  const payload = common.Payload.deserializeBinary(
    processed.getTransactionenvelope()?.getPayload_asU8() ?? new Uint8Array(),
  );
  const header = common.SignatureHeader.deserializeBinary(
    payload.getHeader()?.getSignatureHeader_asU8() ?? new Uint8Array(),
  );
  const action = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList()[0];
  const actionPayload = peer.ChaincodeActionPayload.deserializeBinary(action?.getPayload_asU8() ?? new Uint8Array());
  const endorsed = actionPayload.getAction();
  const sets = readWriteSets(endorsed?.getProposalResponsePayload_asU8() ?? new Uint8Array());
  return {
    txId,
    codeName,
    creator: mspIdOf(header.getCreator_asU8()),
    endorsers: endorsed?.getEndorsementsList().map((entry) => mspIdOf(entry.getEndorser_asU8())) ?? [],
    reads: Object.fromEntries(
      sets.map(({ namespace, set }) => [namespace, set.getReadsList().map((read) => read.getKey())]),
    ),
    writes: Object.fromEntries(
      sets.map(({ namespace, set }) => [namespace, set.getWritesList().map((write) => write.getKey())]),
    ),
    reason: reasons[codeName] ?? `peers refused it as ${codeName}`,
  };
}

function readWriteSets(responsePayload: Uint8Array) {
  const response = peer.ProposalResponsePayload.deserializeBinary(responsePayload);
  const results = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8()).getResults_asU8();
  return ledger.rwset.TxReadWriteSet.deserializeBinary(results)
    .getNsRwsetList()
    .map((entry) => ({
      namespace: entry.getNamespace(),
      set: ledger.rwset.kvrwset.KVRWSet.deserializeBinary(entry.getRwset_asU8()),
    }));
}

const mspIdOf = (identity: Uint8Array) => msp.SerializedIdentity.deserializeBinary(identity).getMspid();
