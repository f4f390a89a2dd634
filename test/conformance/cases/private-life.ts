import { ledger } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import type { Step } from '../chaincode/step.ts';
import type { Outcome } from '../network.ts';
import type { Session } from '../session.ts';
import { get, hashOf, members, put, store } from './private.ts';

const { kvrwset } = ledger.rwset;

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
  const again = await session.submit([put(key, 'pair', 'new')], members);
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

/** How private data reaches its members, and how it ends. */
export const privateLifeCases: ConformanceCase[] = [
  { name: 'a member receives what its own peer did not endorse', run: dissemination },
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
  { name: 'private data is delivered to members only', run: blocksPerOrganization },
];
