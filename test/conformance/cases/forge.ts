import { ledger, peer } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { endorseAs, type Parts } from '../envelope.ts';
import { loadMember } from '../member.ts';
import { tampered } from './tamper.ts';

/** Endorses what the parts hold with the banks' own peer keys: what only colluding banks can do. */
const collude =
  (bench: Bench, change: (parts: Parts) => void, mspIds = ['CedarMSP', 'MapleMSP']) =>
  (parts: Parts): void => {
    change(parts);
    endorseAs(
      parts,
      mspIds.map((mspId) => loadMember(bench.network, mspId, 'peer')),
    );
  };

function addNamespace(namespace: string): (parts: Parts) => void {
  return (parts) => {
    const set = ledger.rwset.TxReadWriteSet.deserializeBinary(parts.chaincodeAction.getResults_asU8());
    const write = new ledger.rwset.kvrwset.KVWrite();
    write.setKey('forged');
    write.setValue(Buffer.from('1'));
    const own = new ledger.rwset.kvrwset.KVRWSet();
    own.setWritesList([write]);
    const added = new ledger.rwset.NsReadWriteSet();
    added.setNamespace(namespace);
    added.setRwset(own.serializeBinary());
    set.addNsRwset(added);
    parts.chaincodeAction.setResults(set.serializeBinary());
  };
}

/** What banks can do that sign with their peers' keys whatever they like, and what they cannot. */
export const forgeCases: ConformanceCase[] = [
  {
    name: 'colluding peers can write what they like into their namespace',
    run: (bench) =>
      tampered(
        bench,
        collude(bench, (parts) => {
          const results = Buffer.from(parts.chaincodeAction.getResults_asU8());
          results.write('evil', results.indexOf('good'));
          parts.chaincodeAction.setResults(results);
        }),
      ),
  },
  {
    name: 'colluding peers cannot write another namespace',
    run: (bench) => tampered(bench, collude(bench, addNamespace('strict'))),
  },
  {
    name: 'colluding peers cannot write a namespace that is not defined',
    run: (bench) => tampered(bench, collude(bench, addNamespace('undefined'))),
  },
  {
    name: 'colluding peers cannot write the lifecycle',
    run: (bench) => tampered(bench, collude(bench, addNamespace('_lifecycle'))),
  },
  {
    name: 'colluding peers cannot write a system namespace',
    run: (bench) => tampered(bench, collude(bench, addNamespace('lscc'))),
  },
  {
    name: 'a set that is no set is invalid',
    run: (bench) =>
      tampered(
        bench,
        collude(bench, (parts) => parts.chaincodeAction.setResults(Buffer.from('garbage'))),
      ),
  },
  {
    name: 'an empty set is valid',
    run: (bench) =>
      tampered(
        bench,
        collude(bench, (parts) => parts.chaincodeAction.setResults('')),
      ),
  },
  {
    name: 'an action of another chaincode is invalid',
    run: (bench) =>
      tampered(
        bench,
        collude(bench, (parts) => parts.chaincodeAction.getChaincodeId()?.setName('strict')),
      ),
  },
  {
    name: 'an action of another chaincode version is valid or not as Fabric says',
    run: (bench) =>
      tampered(
        bench,
        collude(bench, (parts) => parts.chaincodeAction.getChaincodeId()?.setVersion('9')),
      ),
  },
  {
    name: 'an action without a chaincode is invalid',
    run: (bench) =>
      tampered(
        bench,
        collude(bench, (parts) => parts.chaincodeAction.clearChaincodeId()),
      ),
  },
  {
    name: 'an event of another chaincode is invalid',
    run: (bench) =>
      tampered(
        bench,
        collude(bench, (parts) => {
          const event = new peer.ChaincodeEvent();
          event.setChaincodeId('strict');
          event.setEventName('Forged');
          event.setTxId(parts.channelHeader.getTxId());
          parts.chaincodeAction.setEvents(event.serializeBinary());
        }),
      ),
  },
  {
    name: 'an event of another transaction',
    run: (bench) =>
      tampered(
        bench,
        collude(bench, (parts) => {
          const event = new peer.ChaincodeEvent();
          event.setChaincodeId('basic');
          event.setEventName('Forged');
          event.setTxId('ab'.repeat(32));
          parts.chaincodeAction.setEvents(event.serializeBinary());
        }),
      ),
  },
  {
    name: 'a response status of 500 that peers endorsed',
    run: (bench) =>
      tampered(
        bench,
        collude(bench, (parts) => parts.chaincodeAction.getResponse()?.setStatus(500)),
      ),
  },
];
