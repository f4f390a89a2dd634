import { type common, ledger } from '@hyperledger/fabric-protos';
import { toHighS } from './ecdsa.ts';
import { endorseAs, type Parts, putBack, seal, takeApart } from './envelope.ts';
import { mspIds, type Random } from './fuzz-steps.ts';
import { loadMember } from './member.ts';
import type { Endorsed, Session } from './session.ts';

const pair = ['CedarMSP', 'MapleMSP'];

/** Reads of a version from the future. */
function readAhead(parts: Parts): void {
  const set = ledger.rwset.TxReadWriteSet.deserializeBinary(parts.chaincodeAction.getResults_asU8());
  for (const namespace of set.getNsRwsetList()) {
    const own = ledger.rwset.kvrwset.KVRWSet.deserializeBinary(namespace.getRwset_asU8());
    for (const read of own.getReadsList()) read.getVersion()?.setBlockNum(999_999);
    namespace.setRwset(own.serializeBinary());
  }
  parts.chaincodeAction.setResults(set.serializeBinary());
}

function keepEndorsements(parts: Parts, indexes: number[]): void {
  const action = parts.actionPayload.getAction();
  const present = action?.getEndorsementsList() ?? [];
  const kept = indexes.map((index) => present[index]).filter((each) => each !== undefined);
  action?.setEndorsementsList(kept);
  putBack(parts);
}

/**
 * Changes the envelope of an endorsed transaction in one of many ways, and signs it as its creator. Only what real peers
 * survive whatever else is in the block: every change leaves an endorser transaction whose action can be read.
 */
export function tamper(endorsed: Endorsed, session: Session, { pick }: Random): common.Envelope {
  const parts = takeApart(endorsed);
  const endorse = (names: string[], change?: (signature: Uint8Array) => Uint8Array) => {
    const members = names.map((mspId) => loadMember(session.network, mspId, 'peer'));
    endorseAs(parts, members, change);
  };
  const changes: (() => void)[] = [
    () => keepEndorsements(parts, [0]),
    () => keepEndorsements(parts, [0, 0]),
    () => {
      parts.chaincodeAction.getResponse()?.setMessage('other');
      putBack(parts);
    },
    () => parts.channelHeader.setEpoch(3),
    () => {
      const [first] = parts.transaction.getActionsList();
      parts.transaction.addActions(first);
    },
    () => endorse(pair, toHighS),
    () => endorse([pick(mspIds), pick(mspIds)]),
    () => {
      parts.chaincodeAction.getChaincodeId()?.setName('other');
      endorse(pair);
    },
    () => {
      readAhead(parts);
      endorse(pair);
    },
  ];
  pick(changes)();
  return seal(parts, session.member);
}
