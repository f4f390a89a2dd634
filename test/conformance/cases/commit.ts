import { common, ledger, peer } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { readBlocks, transactionsOf } from '../blocks.ts';
import type { Step } from '../chaincode/step.ts';
import { toHighS } from '../ecdsa.ts';
import { endorseAs, type Parts, putBack, seal, serializeIdentity, submitChanged, takeApart } from '../envelope.ts';
import { loadMember, signMessage } from '../member.ts';
import type { Outcome } from '../network.ts';
import { orderingRefusal, refusal } from '../refusal.ts';

const merkleRows = 60;

/** Prepares the ledger, endorses both transactions on the same state, commits one after the other and returns both codes. */
async function race(bench: Bench, steps: { before?: Step[]; first: Step[]; second: Step[] }): Promise<Outcome> {
  const session = bench.session();
  if (steps.before) await session.submit(steps.before);
  const first = await session.endorse(steps.first);
  const second = await session.endorse(steps.second);
  return [(await session.commit(first)).code, (await session.commit(second)).code];
}

/** The same, in one block. */
async function raceInBlock(
  bench: Bench,
  steps: (key: (name: string) => string) => { before?: Step[]; all: Step[][] },
): Promise<Outcome> {
  const session = bench.session();
  return bench.together(async (attempt) => {
    const { before, all } = steps((name) => bench.key(`${attempt}${name}`));
    if (before) await session.submit(before);
    const endorsed = [];
    for (const each of all) endorsed.push(await session.endorse(each));
    return endorsed;
  });
}

async function phantom(bench: Bench, rows: number, change: Step[], limit?: number): Promise<Outcome> {
  const range = { start: bench.key('row'), end: bench.key('rox') };
  return race(bench, {
    before: [{ do: 'fill', key: bench.key('row'), count: rows }],
    first: change,
    second: [
      { do: 'range', ...range, limit },
      { do: 'put', key: bench.key('sum'), value: '1' },
    ],
  });
}

async function tampered(bench: Bench, change: (parts: Parts) => void): Promise<Outcome> {
  const session = bench.session();
  const key = bench.key('a');
  const code = await submitChanged(session, await session.endorse([{ do: 'put', key, value: 'good' }]), change);
  return { code, value: (await session.evaluate([{ do: 'get', key }])) as Outcome };
}

/** Changes the value that the transaction writes; the endorsements stay those of the old one. */
function changeValue(parts: Parts): void {
  const results = Buffer.from(parts.chaincodeAction.getResults_asU8());
  results.write('evil', results.indexOf('good'));
  parts.chaincodeAction.setResults(results);
  putBack(parts);
}

function changeArguments(parts: Parts): void {
  const bytes = Buffer.from(parts.actionPayload.getChaincodeProposalPayload_asU8());
  bytes.write('evil', bytes.indexOf('good'));
  parts.actionPayload.setChaincodeProposalPayload(bytes);
  putBack(parts);
}

function changeEndorsements(change: (list: peer.Endorsement[]) => peer.Endorsement[]): (parts: Parts) => void {
  return (parts) => {
    const action = parts.actionPayload.getAction();
    action?.setEndorsementsList(change(action.getEndorsementsList()));
    putBack(parts);
  };
}

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

/** An orderer may refuse a transaction that it has seen, or order it again: either way it commits once. */
async function sentTwice(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const endorsed = await session.endorse([put(bench.key('a'))]);
  const { block, code } = await session.commit(endorsed);
  await session.submitEnvelope(endorsed.txId, seal(takeApart(endorsed), session.member)).catch(() => undefined);
  const marker = await session.submit([put(bench.key('b'))]);
  const blocks = await readBlocks(session, { channel: 'finance', start: block, end: marker.block });
  const codes = blocks
    .flatMap(transactionsOf)
    .filter(({ txId }) => txId === endorsed.txId)
    .map((each) => each.code);
  return {
    code,
    validCount: codes.filter((each) => each === 'VALID').length,
    others: codes.every((each) => each === 'VALID' || each === 'DUPLICATE_TXID'),
    status: (await session.status(endorsed.txId)).code,
  };
}

async function proposedTwice(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const proposal = session.propose([put(bench.key('a'))], { endorsers: ['CedarMSP', 'MapleMSP'] });
  const transaction = await proposal.endorse();
  await (await transaction.submit()).getStatus();
  await session.committedEverywhere(transaction.getTransactionId(), 'finance');
  return refusal(proposal.endorse());
}

async function refusedEnvelope(
  bench: Bench,
  change: (envelope: common.Envelope, parts: Parts) => common.Envelope,
): Promise<Outcome> {
  const session = bench.session();
  const endorsed = await session.endorse([{ do: 'put', key: bench.key('a'), value: '1' }]);
  const parts = takeApart(endorsed);
  return orderingRefusal(session.submitEnvelope(endorsed.txId, change(seal(parts, session.member), parts)));
}

const put = (key: string, value = '1'): Step => ({ do: 'put', key, value });
const get = (key: string): Step => ({ do: 'get', key });

const conflictCases: ConformanceCase[] = [
  {
    name: 'a read that changed is an MVCC conflict',
    run: (bench) => {
      const key = bench.key('a');
      return race(bench, { before: [put(key)], first: [get(key), put(key, '2')], second: [get(key), put(key, '3')] });
    },
  },
  {
    name: 'a read of an absent key that appeared is an MVCC conflict',
    run: (bench) => {
      const key = bench.key('a');
      return race(bench, { first: [put(key)], second: [get(key), put(bench.key('b'))] });
    },
  },
  {
    name: 'a read of a key that was deleted is an MVCC conflict',
    run: (bench) => {
      const key = bench.key('a');
      return race(bench, {
        before: [put(key)],
        first: [{ do: 'delete', key }],
        second: [get(key), put(bench.key('b'))],
      });
    },
  },
  {
    name: 'two reads and writes of a key in one block conflict',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('a'))],
        all: [
          [get(key('a')), put(key('a'), '2')],
          [get(key('a')), put(key('a'), '3')],
        ],
      })),
  },
  {
    name: 'a delete and a read in one block conflict',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('a'))],
        all: [[{ do: 'delete', key: key('a') }], [get(key('a')), put(key('b'))]],
      })),
  },
  {
    name: 'a read before a delete in one block is valid',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('a'))],
        all: [[get(key('a')), put(key('b'))], [{ do: 'delete', key: key('a') }]],
      })),
  },
  {
    name: 'an invalid transaction does not invalidate what follows it',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('a'))],
        all: [
          [get(key('a')), put(key('a'), '2')],
          [get(key('a')), put(key('b'), '2')],
          [get(key('b')), put(key('c'))],
        ],
      })),
  },
  {
    name: 'blind writes never conflict',
    run: (bench) => {
      const key = bench.key('a');
      return race(bench, { before: [put(key)], first: [put(key, '2')], second: [put(key, '3')] });
    },
  },
  {
    name: 'the last blind write of a block counts',
    run: async (bench) => {
      let last = '';
      const codes = await raceInBlock(bench, (key) => {
        last = key('a');
        return { all: [[put(key('a'), 'one')], [put(key('a'), 'two')]] };
      });
      return { codes, value: (await bench.session().evaluate([get(last)])) as Outcome };
    },
  },
  {
    name: 'an insert into a range that was read is a phantom',
    run: (bench) => phantom(bench, 5, [put(bench.key('row0002a'))]),
  },
  {
    name: 'a delete from a range that was read is a phantom',
    run: (bench) => phantom(bench, 5, [{ do: 'delete', key: bench.key('row0002') }]),
  },
  {
    name: 'an update in a range that was read is a phantom',
    run: (bench) => phantom(bench, 5, [put(bench.key('row0002'), 'new')]),
  },
  {
    name: 'an insert beside a range that was read is valid',
    run: (bench) => phantom(bench, 5, [put(bench.key('rowx'), 'in'), put(bench.key('roxx'))].slice(1)),
  },
  {
    name: 'an insert into a Merkle range is a phantom',
    run: (bench) => phantom(bench, merkleRows, [put(bench.key('row0030a'))]),
  },
  {
    name: 'a delete from a Merkle range is a phantom',
    run: (bench) => phantom(bench, merkleRows, [{ do: 'delete', key: bench.key('row0030') }]),
  },
  {
    name: 'an update in a Merkle range is a phantom',
    run: (bench) => phantom(bench, merkleRows, [put(bench.key('row0030'), 'new')]),
  },
  {
    name: 'a Merkle range that nobody changed is valid',
    run: (bench) => phantom(bench, merkleRows, [put(bench.key('other'))]),
  },
  {
    name: 'an insert behind what an early closed iterator read is valid',
    run: (bench) => phantom(bench, 150, [put(bench.key('row0140a'))], 3),
  },
  {
    name: 'an insert within what an early closed iterator read is a phantom',
    run: (bench) => phantom(bench, 150, [put(bench.key('row0001a'))], 3),
  },
  {
    name: 'an insert into an empty range that was read is a phantom',
    run: (bench) => phantom(bench, 0, [put(bench.key('row1'))]),
  },
  {
    name: 'a phantom within one block is found',
    run: (bench) =>
      raceInBlock(bench, (key) => ({
        before: [put(key('row1'))],
        all: [[put(key('row2'))], [{ do: 'range', start: key('row'), end: key('rox') }, put(key('sum'))]],
      })),
  },
];

const envelopeCases: ConformanceCase[] = [
  { name: 'a transaction sent twice commits once', run: sentTwice },
  { name: 'a transaction id that has committed is not endorsed again', run: proposedTwice },
  { name: 'tampered arguments are invalid', run: (bench) => tampered(bench, changeArguments) },
  { name: 'a tampered write is invalid', run: (bench) => tampered(bench, changeValue) },
  {
    name: 'a tampered response is invalid',
    run: (bench) =>
      tampered(bench, (parts) => {
        parts.chaincodeAction.getResponse()?.setPayload(Buffer.from('[]'));
        putBack(parts);
      }),
  },
  {
    name: 'a tampered proposal hash is invalid',
    run: (bench) =>
      tampered(bench, (parts) => {
        parts.responsePayload.setProposalHash(Buffer.alloc(32));
        putBack(parts);
      }),
  },
  {
    name: 'a dropped endorsement is invalid',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements((list) => list.slice(0, 1)),
      ),
  },
  {
    name: 'no endorsement is invalid',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements(() => []),
      ),
  },
  {
    name: 'an endorsement counted twice is invalid',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements(([first]) => [first, first] as peer.Endorsement[]),
      ),
  },
  {
    name: 'a third endorsement of the same organisation adds nothing',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements((list) => [...list, list[0] as peer.Endorsement]),
      ),
  },
  {
    name: 'a broken third endorsement does no harm',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements((list) => {
          const third = new peer.Endorsement();
          third.setEndorser(serializeIdentity(loadMember(bench.network, 'PineMSP', 'peer')));
          third.setSignature(Buffer.from('not a signature'));
          return [...list, third];
        }),
      ),
  },
  {
    name: 'an endorsement by a client is invalid',
    run: (bench) =>
      tampered(bench, (parts) =>
        endorseAs(parts, [
          loadMember(bench.network, 'CedarMSP', 'peer'),
          loadMember(bench.network, 'MapleMSP', 'gateway'),
        ]),
      ),
  },
  {
    name: 'an endorsement by an orderer is invalid',
    run: (bench) =>
      tampered(bench, (parts) =>
        endorseAs(parts, [
          loadMember(bench.network, 'CedarMSP', 'peer'),
          loadMember(bench.network, 'MapleMSP', 'orderer'),
        ]),
      ),
  },
  {
    name: 'an endorsement with a high-S signature is invalid',
    run: (bench) =>
      tampered(bench, (parts) =>
        endorseAs(
          parts,
          ['CedarMSP', 'MapleMSP'].map((mspId) => loadMember(bench.network, mspId, 'peer')),
          toHighS,
        ),
      ),
  },
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
  {
    name: 'two actions are invalid',
    run: (bench) => tampered(bench, (parts) => parts.transaction.addActions(parts.transaction.getActionsList()[0])),
  },
  { name: 'no action is invalid', run: (bench) => tampered(bench, (parts) => parts.transaction.setActionsList([])) },
  {
    name: 'an action header of somebody else is invalid',
    run: (bench) =>
      tampered(bench, (parts) => {
        const header = common.SignatureHeader.deserializeBinary(parts.signatureHeader.serializeBinary());
        header.setNonce(Buffer.alloc(24));
        parts.transaction.getActionsList()[0]?.setHeader(header.serializeBinary());
      }),
  },
  {
    name: 'a transaction id of nothing is invalid',
    run: async (bench) => {
      const session = bench.session();
      const endorsed = await session.endorse([put(bench.key('a'))]);
      const txId = `${bench.prefix}${'0'.repeat(64)}`.slice(-64);
      const parts = takeApart(endorsed);
      parts.channelHeader.setTxId(txId);
      await session.submitEnvelope(txId, seal(parts, session.member));
      const { block } = await session.submit([put(bench.key('b'))]);
      const blocks = await readBlocks(session, { channel: 'finance', start: Math.max(1, block - 3), end: block });
      return blocks
        .flatMap(transactionsOf)
        .filter((each) => each.txId === txId)
        .map((each) => each.code);
    },
  },
  {
    name: 'a changed timestamp is invalid',
    run: (bench) =>
      tampered(bench, (parts) =>
        parts.channelHeader.getTimestamp()?.setSeconds((parts.channelHeader.getTimestamp()?.getSeconds() ?? 0) - 3600),
      ),
  },
  { name: 'an epoch is invalid', run: (bench) => tampered(bench, (parts) => parts.channelHeader.setEpoch(7)) },
  {
    name: 'a header of the other channel is refused or invalid',
    run: (bench) =>
      refusedEnvelope(bench, (_, parts) => {
        parts.channelHeader.setChannelId('nowhere');
        return seal(parts, loadMember(bench.network, 'CedarMSP'));
      }),
  },
  {
    name: 'an envelope signed by somebody else is refused',
    run: (bench) => refusedEnvelope(bench, (_, parts) => seal(parts, loadMember(bench.network, 'MapleMSP'))),
  },
  {
    name: 'an envelope whose payload changed after signing is refused',
    run: (bench) =>
      refusedEnvelope(bench, (envelope) => {
        const payload = Buffer.from(envelope.getPayload_asU8());
        payload[payload.length - 1] = (payload.at(-1) as number) ^ 1;
        envelope.setPayload(payload);
        return envelope;
      }),
  },
  {
    name: 'an envelope without a signature is refused',
    run: (bench) =>
      refusedEnvelope(bench, (envelope) => {
        envelope.setSignature('');
        return envelope;
      }),
  },
  {
    name: 'a payload that is no payload is refused',
    run: (bench) =>
      refusedEnvelope(bench, (envelope) => {
        envelope.setPayload(Buffer.from('garbage'));
        envelope.setSignature(signMessage(loadMember(bench.network, 'CedarMSP'), Buffer.from('garbage')));
        return envelope;
      }),
  },
];

/** Commit: what becomes of conflicting, tampered and forged transactions. */
export const commitCases: ConformanceCase[] = [...conflictCases, ...envelopeCases];
