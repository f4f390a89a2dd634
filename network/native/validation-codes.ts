import { peer } from '@hyperledger/fabric-protos';

/** What each validation code means, and what to do about it. */
export const validationReasons: Record<keyof typeof peer.TxValidationCode, string> = {
  VALID: 'the transaction is valid',
  NIL_ENVELOPE: 'the envelope was empty',
  BAD_PAYLOAD: 'the payload could not be read',
  BAD_COMMON_HEADER: 'the header could not be read, or its transaction id does not follow from nonce and creator',
  BAD_CREATOR_SIGNATURE: 'the creator is no member of the channel, or the signature is not the creator’s',
  INVALID_ENDORSER_TRANSACTION: 'the endorsed proposal is not the one that the envelope carries',
  INVALID_CONFIG_TRANSACTION: 'the change of configuration could not be applied',
  UNSUPPORTED_TX_PAYLOAD: 'an envelope of this type is no transaction',
  BAD_PROPOSAL_TXID: 'the transaction id does not follow from nonce and creator',
  DUPLICATE_TXID: 'a transaction of this id was committed before',
  ENDORSEMENT_POLICY_FAILURE: 'the endorsements do not satisfy the policy of what it writes',
  MVCC_READ_CONFLICT: 'a key that it read was written after its endorsement: propose it again',
  PHANTOM_READ_CONFLICT: 'a range that it read has changed after its endorsement: propose it again',
  UNKNOWN_TX_TYPE: 'the type of the transaction is unknown',
  TARGET_CHAIN_NOT_FOUND: 'the channel that it names is not there',
  MARSHAL_TX_ERROR: 'the transaction could not be read',
  NIL_TXACTION: 'the transaction holds no action',
  EXPIRED_CHAINCODE: 'the chaincode was upgraded after its endorsement: propose it again',
  CHAINCODE_VERSION_CONFLICT: 'the chaincode was upgraded after its endorsement: propose it again',
  BAD_HEADER_EXTENSION: 'the header does not name a chaincode',
  BAD_CHANNEL_HEADER: 'the channel header could not be read',
  BAD_RESPONSE_PAYLOAD: 'what the endorsers answered could not be read',
  BAD_RWSET: 'the read and write sets could not be read',
  ILLEGAL_WRITESET: 'it writes where a transaction may not write',
  INVALID_WRITESET: 'it writes keys that the state cannot hold',
  INVALID_CHAINCODE: 'the chaincode is not defined on the channel, or not the one that was endorsed',
  NOT_VALIDATED: 'the peer has not judged it yet',
  INVALID_OTHER_REASON: 'the peer refused it for a reason that it only wrote into its log',
};

/** Name of a validation code; the number itself where it has none. */
export function validationCodeName(code: number): string {
  return Object.entries(peer.TxValidationCode).find(([, value]) => value === code)?.[0] ?? String(code);
}

/** What a code means, by its name. */
export function validationReason(codeName: string): string {
  return (validationReasons as Record<string, string>)[codeName] ?? `peers refused it as ${codeName}`;
}
