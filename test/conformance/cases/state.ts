import { ledger } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { actionOf, rwsetsOf } from '../blocks.ts';
import type { Step } from '../chaincode/step.ts';
import { takeApart } from '../envelope.ts';
import type { Outcome } from '../network.ts';
import { refusal } from '../refusal.ts';

/** The public read/write set of an endorsed transaction in `basic`. */
export async function simulate(bench: Bench, steps: Step[]): Promise<ledger.rwset.kvrwset.KVRWSet> {
  const endorsed = await bench.session().endorse(steps);
  const results = takeApart(endorsed).chaincodeAction.getResults_asU8();
  const set = ledger.rwset.TxReadWriteSet.deserializeBinary(results);
  const own = set.getNsRwsetList().find((each) => each.getNamespace() === 'basic');
  return ledger.rwset.kvrwset.KVRWSet.deserializeBinary(own?.getRwset_asU8() ?? new Uint8Array());
}

const writes = (set: ledger.rwset.kvrwset.KVRWSet): Outcome =>
  set
    .getWritesList()
    .map((write) => [write.getKey(), write.getIsDelete(), Buffer.from(write.getValue_asU8()).toString()]);

/** The set of a transaction that reads and writes fresh keys, byte for byte; the key prefix of this case is zeroed. */
async function exactBytes(bench: Bench): Promise<Outcome> {
  const set = await simulate(bench, [
    { do: 'get', key: bench.key('b') },
    { do: 'put', key: bench.key('b'), value: '1' },
    { do: 'put', key: bench.key('a'), value: '2' },
    { do: 'delete', key: bench.key('c') },
    { do: 'setPolicy', key: bench.key('d'), organizations: ['PineMSP'] },
  ]);
  const prefix = Buffer.from(bench.prefix).toString('hex');
  const bytes = Buffer.from(set.serializeBinary())
    .toString('hex')
    .replaceAll(prefix, '00'.repeat(prefix.length / 2));
  return bytes.match(/.{1,60}/g) ?? [];
}

async function history(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const key = bench.key('a');
  const put = await session.submit([{ do: 'put', key, value: 'one' }]);
  const removed = await session.submit([{ do: 'delete', key }]);
  const again = await session.submit([{ do: 'put', key, value: 'two' }]);
  const [entries] = (await session.evaluate([{ do: 'history', key }])) as [[string, boolean, string][]];
  const names = new Map([
    [put.txId, 'put'],
    [removed.txId, 'removed'],
    [again.txId, 'again'],
  ]);
  return entries.map(([value, isDelete, txId]) => [value, isDelete, names.get(txId) ?? '?']);
}

async function lifecycleRead(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const committed = await session.submit([{ do: 'put', key: bench.key('a'), value: '1' }]);
  const { envelope } = await bench.transaction(committed);
  const sets = rwsetsOf(envelope);
  return {
    namespaces: Object.keys(sets),
    lifecycle: sets._lifecycle?.public.getReadsList().map((read) => read.getKey()) ?? null,
    own: writes(sets.basic?.public as ledger.rwset.kvrwset.KVRWSet),
    model: ledger.rwset.TxReadWriteSet.deserializeBinary(actionOf(envelope).getResults_asU8()).getDataModel(),
  };
}

async function batchMessages(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const keys = ['a', 'b', 'c'].map((name) => bench.key(name));
  const written = await session.submit([{ do: 'writeBatch', keys, value: 'same' }]);
  const set = await simulate(bench, [{ do: 'getMultiple', keys: [...keys, bench.key('none')] }]);
  return {
    code: written.code,
    values: (await session.evaluate([{ do: 'getMultiple', keys: [...keys, bench.key('none')] }]))[0] as Outcome,
    reads: set.getReadsList().map((read) => [read.getKey(), read.getVersion() !== undefined]),
  };
}

/** World state as chaincode sees it, and the read/write sets that come of it. */
export const stateCases: ConformanceCase[] = [
  {
    name: 'own writes are not read',
    run: async (bench) => {
      const key = bench.key('a');
      return (
        await bench.session().submit([
          { do: 'put', key, value: '1' },
          { do: 'get', key },
          { do: 'range', start: key, end: `${key}z` },
        ])
      ).result as Outcome;
    },
  },
  {
    name: 'an empty value is a delete',
    run: async (bench) => {
      const key = bench.key('a');
      await bench.session().submit([{ do: 'put', key, value: '1' }]);
      const { code } = await bench.session().submit([{ do: 'put', key, value: '' }]);
      return {
        code,
        writes: writes(await simulate(bench, [{ do: 'put', key, value: '' }])),
        after: (await bench.session().evaluate([{ do: 'range', start: key, end: `${key}z` }])) as Outcome,
      };
    },
  },
  {
    name: 'an empty key is written and read',
    run: async (bench) => {
      const { code } = await bench.session().submit([{ do: 'put', key: '', value: '1' }]);
      return { code, read: (await bench.session().evaluate([{ do: 'get', key: '' }])) as Outcome };
    },
  },
  {
    name: 'a key that starts like a composite key is written and read',
    run: async (bench) => {
      const key = `\u0000${bench.key('a')}`;
      const { code } = await bench.session().submit([{ do: 'put', key, value: '1' }]);
      return { code, read: (await bench.session().evaluate([{ do: 'get', key }])) as Outcome };
    },
  },
  {
    name: 'a rich query is refused',
    run: async (bench) => refusal(bench.session().evaluate([{ do: 'query', value: '{"selector":{}}' }])),
  },
  { name: 'history is newest first and shows deletes', run: history },
  {
    name: 'history of an unknown key is empty',
    run: async (bench) => (await bench.session().evaluate([{ do: 'history', key: bench.key('a') }])) as Outcome,
  },
  {
    name: 'the last write of a key counts',
    run: async (bench) => {
      const key = bench.key('a');
      return writes(
        await simulate(bench, [
          { do: 'put', key, value: '1' },
          { do: 'put', key, value: '2' },
          { do: 'delete', key },
          { do: 'put', key, value: '3' },
        ]),
      );
    },
  },
  {
    name: 'a put then a delete is a delete',
    run: async (bench) => {
      const key = bench.key('a');
      return writes(
        await simulate(bench, [
          { do: 'put', key, value: '1' },
          { do: 'delete', key },
        ]),
      );
    },
  },
  {
    name: 'a key read twice is recorded once',
    run: async (bench) => {
      const key = bench.key('a');
      return (
        await simulate(bench, [
          { do: 'get', key },
          { do: 'get', key },
        ])
      )
        .getReadsList()
        .map((read) => [read.getKey(), read.getVersion() === undefined]);
    },
  },
  { name: 'the bytes of a set are exact', run: exactBytes },
  { name: 'the set holds the lifecycle read and the own namespace', run: lifecycleRead },
  { name: 'many keys are read and written with one message', run: batchMessages },
  {
    name: 'a value of bytes that are no text is kept',
    run: async (bench) => {
      await bench.session().submit([{ do: 'put', key: bench.key('a'), valueHex: '00ff80c0' }]);
      return (await bench.session().evaluate([{ do: 'getHex', key: bench.key('a') }])) as Outcome;
    },
  },
  {
    name: 'chaincode sees channel, creator and transaction id',
    run: async (bench) => {
      const endorsed = await bench.session('MapleMSP').endorse([{ do: 'identity' }]);
      const [identity] = endorsed.result as [{ channel: string; mspId: string; txId: string }];
      return { channel: identity.channel, mspId: identity.mspId, sameTxId: identity.txId === endorsed.txId };
    },
  },
];
