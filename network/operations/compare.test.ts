import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import { common } from '@hyperledger/fabric-protos';
import { compareLedgers } from './compare.ts';
import { type BlockFacts, blockFacts, type PeerLedger } from './peer-ledger.ts';

// Blocks of real 3.1.5 peers; how they are packed: replay.test.ts.
const archive = join(import.meta.dirname, '../embedded/ledger/fixtures/real-blocks.br');
const channel = 'finance';
let chain: BlockFacts[];

beforeAll(() => {
  const packed = brotliDecompressSync(readFileSync(archive));
  const blocks = new Map<number, BlockFacts>();
  for (let position = 0; position < packed.length; ) {
    const nameEnd = position + 6 + packed.readUInt16BE(position);
    const end = nameEnd + packed.readUInt32BE(position + 2);
    const [, number] = /^run1\/finance\/(\d+)\.block$/.exec(packed.subarray(position + 6, nameEnd).toString()) ?? [];
    if (number) blocks.set(Number(number), blockFacts(common.Block.deserializeBinary(packed.subarray(nameEnd, end))));
    position = end;
  }
  chain = [...blocks.values()].sort((a, b) => a.number - b.number);
});

function ledgerOf(peer: string, blocks: BlockFacts[], change: (facts: BlockFacts) => BlockFacts = (facts) => facts) {
  const asked: number[] = [];
  const ledger: PeerLedger = {
    peer,
    height: async () => blocks.length,
    block: async (number) => {
      asked.push(number);
      return change(blocks[number] as BlockFacts);
    },
  };
  return { ledger, asked };
}

const fork = (from: number) => (facts: BlockFacts) =>
  facts.number < from ? facts : { ...facts, commitHash: `f${facts.commitHash.slice(1)}x` };

describe('compareLedgers on the blocks of a real peer', () => {
  test('finds real blocks whole and equal, at the height of the shortest ledger', async () => {
    const ledgers = [ledgerOf('cedar', chain).ledger, ledgerOf('maple', chain.slice(0, -2)).ledger];

    expect(await compareLedgers(ledgers, { channel, everyBlock: true })).toMatchObject({
      equal: true,
      height: chain.length - 2,
      broken: [],
    });
  });

  test('names the first block of a fork wherever it begins, in few questions', async () => {
    for (let from = 0; from < chain.length; from += 1) {
      const { ledger, asked } = ledgerOf('willow', chain, fork(from));
      const others = ['cedar', 'maple'].map((peer) => ledgerOf(peer, chain).ledger);
      const { equal, first } = await compareLedgers([ledger, ...others], { channel });

      expect({ equal, block: first?.block, differs: first?.differs }).toEqual({
        equal: false,
        block: from,
        differs: ['commit hash'],
      });
      expect(first?.groups.map(({ peers }) => peers)).toEqual([['cedar', 'maple'], ['willow']]);
      expect(asked.length).toBeLessThanOrEqual(2 + Math.ceil(Math.log2(chain.length)));
    }
  });

  test('tells which transactions came out differently', async () => {
    const at = chain.findIndex(({ transactions }) => transactions.length > 1);
    const { ledger } = ledgerOf('pine', chain, (facts) => {
      if (facts.number !== at) return fork(at)(facts);
      const [one, ...rest] = facts.transactions;
      return { ...facts, transactions: [{ txId: one?.txId ?? '', code: 'MVCC_READ_CONFLICT' }, ...rest] };
    });
    const { first } = await compareLedgers([ledgerOf('cedar', chain).ledger, ledger], { channel });

    expect(first).toMatchObject({ block: at, differs: ['validation codes'] });
    expect(first?.transactions).toEqual([
      {
        index: 0,
        txId: chain[at]?.transactions[0]?.txId,
        codes: expect.objectContaining({ pine: 'MVCC_READ_CONFLICT' }),
      },
    ]);
  });

  test('finds a block that was changed behind its back only when it walks every one', async () => {
    const changed = (facts: BlockFacts) => (facts.number === 3 ? { ...facts, storedDataHash: 'other' } : facts);
    const ledgers = () => [ledgerOf('cedar', chain).ledger, ledgerOf('maple', chain, changed).ledger];

    expect(await compareLedgers(ledgers(), { channel })).toMatchObject({ equal: true });
    const walked = await compareLedgers(ledgers(), { channel, everyBlock: true });
    expect(walked).toMatchObject({ equal: false, first: { block: 3, differs: ['stored transactions'] } });
    expect(walked.broken).toEqual([
      { peer: 'maple', block: 3, reason: 'its stored transactions are not those that its header states' },
    ]);
  });

  test('is not equal while a peer is silent, and says why', async () => {
    const silent: PeerLedger = {
      peer: 'pine',
      height: () => Promise.reject(new Error('refused')),
      block: () => Promise.reject(new Error('refused')),
    };

    expect(await compareLedgers([ledgerOf('cedar', chain).ledger, silent], { channel })).toMatchObject({
      equal: false,
      silent: [{ peer: 'pine', error: 'refused' }],
    });
  });
});
