import { type ledger as ledgerProtos, peer } from '@hyperledger/fabric-protos';
import { createCollections } from '../lifecycle/collections.ts';
import { asText, createTestChannel, type Proposal, text } from './fixtures/test-channel.ts';
import { parseKvRwSet, parsePrivateRwSet, parseRwSet } from './rwset.ts';
import type { Simulator } from './types.ts';

const { TxValidationCode: code } = peer;
let channel: Awaited<ReturnType<typeof createTestChannel>>;

beforeAll(async () => {
  channel = await createTestChannel();
  channel.deploy(
    'cash',
    "OR('CedarMSP.peer', 'MapleMSP.peer')",
    createCollections([
      { name: 'pair', policy: "OR('CedarMSP.member', 'MapleMSP.member')" },
      { name: 'brief', policy: "OR('CedarMSP.member', 'MapleMSP.member')", blockToLive: 2 },
    ]),
  );
});
afterAll(() => {
  channel.ledger.close();
  channel.remove();
});

const at = (key: string, collection = 'pair') => ({ namespace: 'cash', collection, key });
const submit = (run: Proposal['run']) => channel.submit({ run, endorsers: ['CedarMSP'] });
const put = (key: string, value: string, collection?: string) =>
  submit((simulator) => simulator.putPrivate(at(key, collection), text(value)));
function ask<T>(mspId: string, question: (simulator: Simulator) => T): T {
  const simulator = channel.ledger.newSimulator({ txId: 'q', mspId, readOnly: true });
  try {
    return question(simulator);
  } finally {
    simulator.done();
  }
}
const secretOf = (mspId: string, key: string, collection?: string) =>
  asText(ask(mspId, (simulator) => simulator.getPrivate(at(key, collection))));
const hashOf = (key: string, collection?: string) =>
  ask('PineMSP', (simulator) => simulator.getPrivateHash(at(key, collection)));
function privateKeys(block: number, mspId: string): string[] {
  const sets = [...channel.ledger.getPrivateBlock(block, mspId).values()];
  return sets
    .flatMap((set: ledgerProtos.rwset.TxPvtReadWriteSet) => parsePrivateRwSet(set.serializeBinary()))
    .flatMap(({ bytes }) => parseKvRwSet(bytes).writes.map(({ key }) => key));
}

describe('private data', () => {
  test('reaches members only; everybody has the hash', () => {
    const { blockNumber } = put('secret', '42');
    expect(secretOf('CedarMSP', 'secret')).toBe('42');
    expect(secretOf('MapleMSP', 'secret')).toBe('42');
    expect(() => secretOf('PineMSP', 'secret')).toThrow('private data matching public hash version is not available');
    expect(hashOf('secret')).toHaveLength(32);
    expect(privateKeys(blockNumber, 'MapleMSP')).toEqual(['secret']);
    expect(privateKeys(blockNumber, 'PineMSP')).toEqual([]);
  });

  test('is kept only when it fits the public hash', () => {
    const endorsed = channel.endorse({
      run: (simulator) => simulator.putPrivate(at('swapped'), text('true')),
      endorsers: ['CedarMSP'],
    });
    const other = channel.ledger.newSimulator({ txId: 'x', mspId: 'MapleMSP' });
    other.putPrivate(at('swapped'), text('false'));
    channel.ledger.putTransient(endorsed.txId, other.done().privateRwset!);
    channel.commit(endorsed);
    expect(secretOf('MapleMSP', 'swapped')).toBe('true');
  });

  test('that nobody kept leaves the hash and no value', () => {
    const simulator = channel.ledger.newSimulator({ txId: 'x', mspId: 'CedarMSP' });
    simulator.putPrivate(at('lost'), text('1'));
    const { privateRwset, rwset } = simulator.done();
    expect(privateRwset).toBeDefined();
    expect(parseRwSet(rwset).find(({ namespace }) => namespace === 'cash')?.collections[0]?.pvtRwsetHash).toHaveLength(
      32,
    );
  });

  test('reads conflict by hash', () => {
    put('raced', '1');
    const run = (value: string) => (simulator: Simulator) => {
      simulator.getPrivate(at('raced'));
      simulator.putPrivate(at('raced'), text(value));
    };
    const [first, second] = ['2', '3'].map((value) => channel.endorse({ run: run(value), endorsers: ['CedarMSP'] }));
    const { blockNumber, validationCodes } = channel.commit(first!, second!);
    expect(validationCodes).toEqual([code.VALID, code.MVCC_READ_CONFLICT]);
    expect(secretOf('MapleMSP', 'raced')).toBe('2');
    // As with a 3.1.5 peer, the private data of the invalid transaction stays in the block's private part.
    expect(privateKeys(blockNumber, 'CedarMSP')).toEqual(['raced', 'raced']);
  });

  test('carries metadata on the hash, which moves the version of the value', () => {
    put('noted', '1');
    submit((simulator) => simulator.setPrivateMetadata(at('noted'), { note: text('x') }));
    expect(asText(ask('PineMSP', (simulator) => simulator.getPrivateMetadata(at('noted')).note))).toBe('x');
    expect(secretOf('MapleMSP', 'noted')).toBe('1');
  });

  test('reading it puts the definition into the read set', () => {
    const simulator = channel.ledger.newSimulator({ txId: 't', mspId: 'CedarMSP' });
    simulator.getPrivateHash(at('secret'));
    const rwset = parseRwSet(simulator.done().rwset);
    expect(rwset.find(({ namespace }) => namespace === '_lifecycle')?.kv.reads.map(({ key }) => key)).toEqual([
      'namespaces/fields/cash/Collections',
      'namespaces/fields/cash/EndorsementInfo',
      'namespaces/fields/cash/Sequence',
      'namespaces/fields/cash/ValidationInfo',
      'namespaces/metadata/cash',
    ]);
  });

  test('refuses collections that are not defined, and ranges together with writes', () => {
    ask('CedarMSP', (simulator) => {
      expect(() => simulator.getPrivate(at('a', 'absent'))).toThrow(
        'collection [absent] not defined in the collection config for chaincode [cash]',
      );
      expect(() => simulator.getPrivate({ ...at('a'), namespace: 'none' })).toThrow('collection config not defined');
    });
    const simulator = channel.ledger.newSimulator({ txId: 't', mspId: 'CedarMSP' });
    const rows = simulator.getPrivateRange({ namespace: 'cash', collection: 'pair', startKey: 's', endKey: 't' });
    expect([rows.next()?.key, rows.next()?.key, rows.next()]).toEqual(['secret', 'swapped', undefined]);
    expect(() => simulator.putState('cash', 'a', text('1'))).toThrow('already performed queries on pvt data');
    simulator.done();
  });
});

describe('purge', () => {
  test('removes value and hash, and strips the key from every old private block, its own included', () => {
    const first = put('purged', '1').blockNumber;
    const second = put('purged', '2').blockNumber;
    const own = submit((simulator) => {
      simulator.purgePrivate(at('purged'));
      simulator.putPrivate(at('kept'), text('1'));
    }).blockNumber;
    expect(secretOf('MapleMSP', 'purged')).toBeUndefined();
    expect(hashOf('purged')).toBeUndefined();
    for (const block of [first, second]) expect(privateKeys(block, 'CedarMSP')).toEqual([]);
    expect(privateKeys(own, 'CedarMSP')).toEqual(['kept']);
  });

  test('spares a value written after it', () => {
    const write = (value: string) =>
      channel.endorse({ run: (simulator) => simulator.putPrivate(at('again'), text(value)), endorsers: ['CedarMSP'] });
    channel.commit(write('1'));
    const purge = channel.endorse({ run: (simulator) => simulator.purgePrivate(at('again')), endorsers: ['CedarMSP'] });
    channel.commit(purge, write('2'));
    expect(secretOf('MapleMSP', 'again')).toBe('2');
  });
});

describe('block to live', () => {
  const nextBlock = () => channel.submit({ run: (simulator) => simulator.putState('cash', 'tick', text('1')) });

  test('ends value, hash and private block after so many blocks', () => {
    const { blockNumber } = put('short', '1', 'brief');
    nextBlock();
    nextBlock();
    expect(secretOf('CedarMSP', 'short', 'brief')).toBe('1');
    expect(privateKeys(blockNumber, 'CedarMSP')).toEqual(['short']);
    nextBlock();
    expect(secretOf('CedarMSP', 'short', 'brief')).toBeUndefined();
    expect(hashOf('short', 'brief')).toBeUndefined();
    expect(privateKeys(blockNumber, 'CedarMSP')).toEqual([]);
  });

  test('begins anew when the value is written again', () => {
    put('renewed', '1', 'brief');
    nextBlock();
    put('renewed', '2', 'brief');
    nextBlock();
    nextBlock();
    expect(secretOf('CedarMSP', 'renewed', 'brief')).toBe('2');
    nextBlock();
    expect(secretOf('CedarMSP', 'renewed', 'brief')).toBeUndefined();
  });
});

describe('verify', () => {
  test('finds every private value at its hash', () => {
    expect(channel.ledger.verify().problems).toEqual([]);
  });
});
