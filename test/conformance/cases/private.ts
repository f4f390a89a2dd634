import { createHash } from 'node:crypto';
import { ledger } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { rwsetsOf } from '../blocks.ts';
import type { Step } from '../chaincode/step.ts';
import type { Outcome } from '../network.ts';
import { refusal } from '../refusal.ts';

const { kvrwset } = ledger.rwset;

export const put = (key: string, collection = 'pair', value = 'secret'): Step => ({
  do: 'put',
  key,
  value,
  collection,
});

export const get = (key: string, collection = 'pair'): Step => ({ do: 'get', key, collection });

export const hashOf = (key: string, collection = 'pair'): Step => ({ do: 'privateHash', key, collection });

export const members = { endorsers: ['CedarMSP', 'MapleMSP'] };

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Writes a private value endorsed by both members. */
export async function store(
  bench: Bench,
  key: string,
  collection = 'pair',
): Promise<{ txId: string; block: number; code: string }> {
  return bench.session().submit([put(key, collection)], members);
}

async function hashRead(bench: Bench): Promise<Outcome> {
  const key = bench.key('a');
  await store(bench, key);
  const [hash] = await bench.session('PineMSP').evaluate([hashOf(key)]);
  const [none] = await bench.session('PineMSP').evaluate([hashOf(bench.key('none'))]);
  return { matches: hash === sha256('secret'), none: none as string };
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
];
