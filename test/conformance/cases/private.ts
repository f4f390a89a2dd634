import { createHash } from 'node:crypto';
import { common, ledger, peer, gateway as protos } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { rwsetsOf } from '../blocks.ts';
import type { Step } from '../chaincode/step.ts';
import { seal, takeApartEnvelope } from '../envelope.ts';
import { signMessage } from '../member.ts';
import type { Outcome } from '../network.ts';
import { refusal } from '../refusal.ts';
import type { Session } from '../session.ts';

const { kvrwset } = ledger.rwset;
const put = (key: string, collection = 'pair', value = 'secret'): Step => ({ do: 'put', key, value, collection });
const get = (key: string, collection = 'pair'): Step => ({ do: 'get', key, collection });
const hashOf = (key: string, collection = 'pair'): Step => ({ do: 'privateHash', key, collection });
const members = { endorsers: ['CedarMSP', 'MapleMSP'] };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

async function store(
  bench: Bench,
  key: string,
  collection = 'pair',
  value = 'secret',
): Promise<{ txId: string; block: number; code: string }> {
  return bench.session().submit([put(key, collection, value)], members);
}

async function hashRead(bench: Bench): Promise<Outcome> {
  const key = bench.key('a');
  await store(bench, key);
  const [hash] = await bench.session('PineMSP').evaluate([hashOf(key)]);
  const [none] = await bench.session('PineMSP').evaluate([hashOf(bench.key('none'))]);
  return { matches: hash === sha256('secret'), none: none as string };
}

/** The private write set of a transaction as one organisation's peer delivers it, by collection. */
async function privateWrites(session: Session, committed: { txId: string; block: number }): Promise<Outcome> {
  const events = await session.gateway
    .getNetwork('finance')
    .getBlockAndPrivateDataEvents({ startBlock: BigInt(committed.block) });
  try {
    for await (const event of events) {
      const entries: Outcome[] = [];
      for (const [, set] of event.getPrivateDataMapMap().entries() as IterableIterator<
        [number, ledger.rwset.TxPvtReadWriteSet]
      >) {
        for (const namespace of set.getNsPvtRwsetList()) {
          for (const collection of namespace.getCollectionPvtRwsetList()) {
            const writes = kvrwset.KVRWSet.deserializeBinary(collection.getRwset_asU8()).getWritesList();
            entries.push([
              namespace.getNamespace(),
              collection.getCollectionName(),
              writes.map((each) => [each.getKey(), Buffer.from(each.getValue_asU8()).toString()]),
            ]);
          }
        }
      }
      return entries;
    }
  } finally {
    events.close();
  }
  return null;
}

async function blocksPerOrganization(bench: Bench): Promise<Outcome> {
  const committed = await store(bench, bench.key('a'));
  return {
    cedar: await privateWrites(bench.session('CedarMSP', { role: 'Admin' }), committed),
    maple: await privateWrites(bench.session('MapleMSP'), committed),
    pine: await privateWrites(bench.session('PineMSP'), committed),
    pineAtCedar: await privateWrites(bench.session('PineMSP', { at: 'CedarMSP' }), committed),
  };
}

async function purged(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const key = bench.key('a');
  const first = await store(bench, key);
  const purge = await session.submit([{ do: 'purge', key, collection: 'pair' }], members);
  const stripped = await bench.eventually(
    async () => !JSON.stringify(await privateWrites(session, first)).includes('secret'),
  );
  const again = await store(bench, key, 'pair', 'new');
  return {
    code: purge.code,
    stripped,
    purgeBlock: await privateWrites(session, purge),
    again: again.code,
    value: (await session.evaluate([get(key)])) as Outcome,
    replay: (await bench.transaction(first)).code,
  };
}

async function afterRemoval(bench: Bench, remove: Step): Promise<Outcome> {
  const session = bench.session();
  await store(bench, remove.key as string);
  const { code } = await session.submit([remove], members);
  return {
    code,
    value: (await session.evaluate([get(remove.key as string), hashOf(remove.key as string)])) as Outcome,
  };
}

async function blockToLive(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const key = bench.key('a');
  const lives: Outcome[] = [];
  const stored = await store(bench, key, 'brief');
  for (let block = 0; block < 4; block++) {
    const [value, hash] = (await session.evaluate([get(key, 'brief'), hashOf(key, 'brief')])) as [string, string];
    lives.push([value !== '', hash !== '']);
    await session.submit([{ do: 'put', key: bench.key(`${block}`), value: '1' }]);
  }
  return { code: stored.code, lives };
}

async function conflict(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const key = bench.key('a');
  await store(bench, key);
  const first = await session.endorse([get(key), put(key, 'pair', 'one')], members);
  const second = await session.endorse([get(key), put(key, 'pair', 'two')], members);
  const byHash = await session.endorse([hashOf(key), { do: 'put', key: bench.key('b'), value: '1' }]);
  return [(await session.commit(first)).code, (await session.commit(second)).code, (await session.commit(byHash)).code];
}

async function hashedSet(bench: Bench): Promise<Outcome> {
  const key = bench.key('a');
  const committed = await bench.session().submit([hashOf(bench.key('b')), put(key)], members);
  const { envelope } = await bench.transaction(committed);
  const [collection] = rwsetsOf(envelope).basic?.collections ?? [];
  const hashed = kvrwset.HashedRWSet.deserializeBinary(collection?.getHashedRwset_asU8() ?? new Uint8Array());
  const [write] = hashed.getHashedWritesList();
  return {
    collection: collection?.getCollectionName() ?? null,
    keyHashMatches: Buffer.from(write?.getKeyHash_asU8() ?? []).toString('hex') === sha256(key),
    valueHashMatches: Buffer.from(write?.getValueHash_asU8() ?? []).toString('hex') === sha256('secret'),
    reads: hashed
      .getHashedReadsList()
      .map((read) => Buffer.from(read.getKeyHash_asU8()).toString('hex') === sha256(bench.key('b'))),
    publicWrites: rwsetsOf(envelope).basic?.public.getWritesList().length ?? null,
    clearTextInBlock: Buffer.from(envelope.serializeBinary()).includes('pair-secret'),
  };
}

/** Endorses one proposal at a peer with transient data of the caller's choice: the hash in the endorsement leaves it out. */
async function endorseWith(
  session: Session,
  proposalBytes: Uint8Array,
  at: { mspId: string; transient: string },
): Promise<common.Envelope> {
  const proposal = peer.Proposal.deserializeBinary(proposalBytes);
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  payload.getTransientmapMap().set('secret', Buffer.from(at.transient));
  proposal.setPayload(payload.serializeBinary());
  const signed = new peer.SignedProposal();
  signed.setProposalBytes(proposal.serializeBinary());
  signed.setSignature(signMessage(session.member, signed.getProposalBytes_asU8()));
  const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
  const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
  const request = new protos.EndorseRequest();
  request.setTransactionId(channelHeader.getTxId());
  request.setChannelId('finance');
  request.setProposedTransaction(signed);
  request.setEndorsingOrganizationsList([at.mspId]);
  const response = await session.unary('Endorse', request, protos.EndorseResponse.deserializeBinary);
  return response.getPreparedTransaction() as common.Envelope;
}

/** Cedar and Maple each endorse the same proposal, but are shown different transient data; the client merges what they signed. */
async function swappedTransient(bench: Bench, step: Step): Promise<Outcome> {
  const session = bench.session();
  const built = protos.ProposedTransaction.deserializeBinary(
    session.propose([step], { transient: { secret: 'none' } }).getBytes(),
  );
  const bytes = (built.getProposal() as peer.SignedProposal).getProposalBytes_asU8();
  const cedar = takeApartEnvelope(await endorseWith(session, bytes, { mspId: 'CedarMSP', transient: 'honest' }));
  const maple = takeApartEnvelope(await endorseWith(session, bytes, { mspId: 'MapleMSP', transient: 'forged' }));
  const action = cedar.actionPayload.getAction() as peer.ChaincodeEndorsedAction;
  action.setEndorsementsList([
    ...action.getEndorsementsList(),
    ...(maple.actionPayload.getAction()?.getEndorsementsList() ?? []),
  ]);
  cedar.transaction.getActionsList()[0]?.setPayload(cedar.actionPayload.serializeBinary());
  const txId = cedar.channelHeader.getTxId();
  await session.submitEnvelope(txId, seal(cedar, session.member));
  return {
    samePayload: Buffer.from(cedar.responsePayload.serializeBinary()).equals(maple.responsePayload.serializeBinary()),
    code: (await session.status(txId)).code,
  };
}

async function dissemination(bench: Bench): Promise<Outcome> {
  const key = bench.key('a');
  const { code } = await bench.session().submit([put(key)], { endorsers: ['CedarMSP', 'PineMSP'] });
  const maple = bench.session('MapleMSP');
  const arrived = await bench.eventually(() =>
    maple.evaluate([get(key)]).then(
      ([value]) => value === 'secret',
      () => false,
    ),
  );
  return { code, arrived };
}

/** Private data: who may read and write it, what stands on the ledger of it, how it ends. */
export const privateCases: ConformanceCase[] = [
  {
    name: 'both members read what was written',
    run: async (bench) => {
      await store(bench, bench.key('a'));
      return [
        (await bench.session().evaluate([get(bench.key('a'))])) as Outcome,
        (await bench.session('MapleMSP').evaluate([get(bench.key('a'))])) as Outcome,
      ];
    },
  },
  { name: 'a member receives what its own peer did not endorse', run: dissemination },
  {
    name: 'own private writes are not read',
    run: async (bench) =>
      (await bench.session().endorse([put(bench.key('a')), get(bench.key('a'))], members)).result as Outcome,
  },
  {
    name: 'a client of a non-member is refused to read at a member peer',
    run: async (bench) => {
      await store(bench, bench.key('a'));
      return refusal(
        bench.session('PineMSP', { at: 'CedarMSP' }).evaluate([get(bench.key('a'))], { endorsers: ['CedarMSP'] }),
      );
    },
  },
  {
    name: 'a client of a non-member is refused to write at a member peer',
    run: (bench) =>
      refusal(bench.session('PineMSP', { at: 'CedarMSP' }).endorse([put(bench.key('a'))], { endorsers: ['CedarMSP'] })),
  },
  {
    name: 'a member client at a non-member peer finds no data',
    run: async (bench) => {
      await store(bench, bench.key('a'));
      return refusal(
        bench.session('CedarMSP', { at: 'PineMSP' }).evaluate([get(bench.key('a'))], { endorsers: ['PineMSP'] }),
      );
    },
  },
  {
    name: 'a client of a non-member reads a collection open to all at a member peer',
    run: async (bench) => {
      await store(bench, bench.key('a'), 'open');
      return (await bench
        .session('PineMSP', { at: 'CedarMSP' })
        .evaluate([get(bench.key('a'), 'open')], { endorsers: ['CedarMSP'] })) as Outcome;
    },
  },
  {
    name: 'a client of a non-member writes a collection open to all',
    run: async (bench) => (await bench.session('PineMSP').submit([put(bench.key('a'), 'open')], members)).code,
  },
  { name: 'everybody reads the hash', run: hashRead },
  {
    name: 'an unknown collection is refused',
    run: (bench) => refusal(bench.session().evaluate([get(bench.key('a'), 'nowhere')])),
  },
  {
    name: 'an implicit collection is read by its organisation',
    run: async (bench) => {
      await bench.session().submit([put(bench.key('a'), '_implicit_org_CedarMSP')], { endorsers: ['CedarMSP'] });
      return (await bench.session().evaluate([get(bench.key('a'), '_implicit_org_CedarMSP')])) as Outcome;
    },
  },
  {
    name: "a client of another organisation reads an implicit collection at its owner's peer",
    run: async (bench) => {
      await bench.session().submit([put(bench.key('a'), '_implicit_org_CedarMSP')], { endorsers: ['CedarMSP'] });
      const maple = bench.session('MapleMSP', { at: 'CedarMSP' });
      return (await maple.evaluate([get(bench.key('a'), '_implicit_org_CedarMSP')], {
        endorsers: ['CedarMSP'],
      })) as Outcome;
    },
  },
  {
    name: 'a private range returns rows in order',
    run: async (bench) => {
      await bench
        .session()
        .submit(
          [put(bench.key('r2'), 'pair', '2'), put(bench.key('r1'), 'pair', '1'), put(bench.key('r3'), 'pair', '3')],
          members,
        );
      return (await bench
        .session()
        .evaluate([{ do: 'range', start: bench.key('r1'), end: bench.key('r3'), collection: 'pair' }])) as Outcome;
    },
  },
  {
    name: 'a private range forbids writes',
    run: (bench) =>
      refusal(
        bench.session().endorse(
          [
            { do: 'range', start: bench.key('a'), end: bench.key('b'), collection: 'pair' },
            { do: 'put', key: bench.key('a'), value: '1' },
          ],
          { endorsers: ['CedarMSP'] },
        ),
      ),
  },
  {
    name: 'a write forbids a private range',
    run: (bench) =>
      refusal(
        bench.session().endorse(
          [
            { do: 'put', key: bench.key('a'), value: '1' },
            { do: 'range', start: bench.key('a'), end: bench.key('b'), collection: 'pair' },
          ],
          { endorsers: ['CedarMSP'] },
        ),
      ),
  },
  {
    name: 'an empty private value is refused or a delete',
    run: async (bench) => {
      await store(bench, bench.key('a'));
      const { code } = await bench.session().submit([put(bench.key('a'), 'pair', '')], members);
      return {
        code,
        value: (await bench.session().evaluate([get(bench.key('a')), hashOf(bench.key('a'))])) as Outcome,
      };
    },
  },
  {
    name: 'a deleted private key is gone, and its hash',
    run: (bench) => afterRemoval(bench, { do: 'delete', key: bench.key('a'), collection: 'pair' }),
  },
  {
    name: 'a purged private key is gone, and its hash',
    run: (bench) => afterRemoval(bench, { do: 'purge', key: bench.key('a'), collection: 'pair' }),
  },
  { name: 'a purge strips the key from the blocks delivered with private data', run: purged },
  {
    name: 'a purge of an absent key is valid',
    run: async (bench) =>
      (await bench.session().submit([{ do: 'purge', key: bench.key('a'), collection: 'pair' }], members)).code,
  },
  { name: 'private data lives as many blocks as its collection says', run: blockToLive },
  { name: 'private reads and hash reads conflict', run: conflict },
  { name: 'only hashes of private keys and values stand in the block', run: hashedSet },
  {
    name: 'many private keys are read with one message',
    run: async (bench) => {
      await store(bench, bench.key('a'));
      return (await bench
        .session()
        .evaluate([{ do: 'getMultiple', keys: [bench.key('a'), bench.key('none')], collection: 'pair' }])) as Outcome;
    },
  },
  { name: 'private data is delivered to members only', run: blocksPerOrganization },
  {
    name: 'transient data swapped for one endorser is invalid where it is written',
    run: (bench) =>
      swappedTransient(bench, { do: 'putTransient', key: bench.key('a'), collection: 'pair', name: 'secret' }),
  },
  {
    name: 'transient data swapped for one endorser is not noticed where nothing depends on it',
    run: (bench) => swappedTransient(bench, { do: 'put', key: bench.key('a'), value: '1' }),
  },
];
