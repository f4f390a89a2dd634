import { common } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { commitHash, dataHash, headerHash, metadata, readBlock, readBlocks, transactionsOf } from '../blocks.ts';
import type { Step } from '../chaincode/step.ts';
import { recomputeCommitHash } from '../commit-hash.ts';
import type { Outcome } from '../network.ts';
import { refusal } from '../refusal.ts';

const put = (key: string, value = '1'): Step => ({ do: 'put', key, value });

async function headerChain(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const { block } = await session.submit([put(bench.key('a'))]);
  const blocks = await readBlocks(session, { channel: 'finance', start: Math.max(0, block - 20), end: block });
  return {
    previous: blocks
      .slice(1)
      .every((each, index) =>
        headerHash(blocks[index] as common.Block).equals(each.getHeader()?.getPreviousHash_asU8() ?? Buffer.alloc(0)),
      ),
    data: blocks.every((each) => dataHash(each).equals(each.getHeader()?.getDataHash_asU8() ?? Buffer.alloc(0))),
    filter: blocks.every(
      (each) =>
        metadata(each, common.BlockMetadataIndex.TRANSACTIONS_FILTER).length === each.getData()?.getDataList().length,
    ),
  };
}

async function commitHashes(bench: Bench): Promise<Outcome> {
  const { block } = await bench
    .session()
    .submit([put(bench.key('a')), { do: 'put', key: bench.key('b'), value: 's', collection: 'pair' }]);
  const hashes: string[] = [];
  for (const mspId of Object.keys(bench.network.peers)) {
    hashes.push(commitHash(await readBlock(bench.session('CedarMSP', { at: mspId }), block)).toString('hex'));
  }
  return { peers: hashes.length, equal: new Set(hashes).size === 1, length: hashes[0]?.length ?? null };
}

async function recomputed(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const matches: boolean[] = [];
  const transactions: [Step[], object][] = [
    [[put(bench.key('z')), put(bench.key('a')), put(bench.key('中'))], {}],
    [[{ do: 'delete', key: bench.key('a') }, put(bench.key('b'))], {}],
    [[put(bench.key('a'))], { endorsers: ['CedarMSP'] }],
    [
      [
        put(bench.key('c')),
        { do: 'call', chaincode: 'strict', arguments: ['run', JSON.stringify([put(bench.key('d'))])] },
      ],
      { endorsers: 'plan' },
    ],
  ];
  for (const [steps, target] of transactions) {
    const { block } = await session.submit(steps, target);
    const [before, after] = (await readBlocks(session, { channel: 'finance', start: block - 1, end: block })) as [
      common.Block,
      common.Block,
    ];
    matches.push(recomputeCommitHash(after, commitHash(before)).equals(commitHash(after)));
  }
  return matches;
}

async function cutByCount(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const count = 25;
  const endorsed = [];
  for (let index = 0; index < count; index++) endorsed.push(await session.endorse([put(bench.key(`${index}`))]));
  const statuses = await Promise.all(endorsed.map(async (each) => (await each.transaction.submit()).getStatus()));
  const numbers = [...new Set(statuses.map((each) => Number(each.blockNumber)))];
  const sizes = await Promise.all(
    numbers.map(async (number) => transactionsOf(await readBlock(session, number)).length),
  );
  return {
    successful: statuses.every((each) => each.successful),
    largest: Math.max(...sizes) === 10,
    several: numbers.length >= 3,
  };
}

async function crossChannel(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const key = bench.key('a');
  const audit = { channel: 'audit', endorsers: ['CedarMSP', 'CentralbankMSP'] };
  const written = await session.submit([put(key, 'audited')], audit);
  const call = (steps: Step[]): Step => ({
    do: 'call',
    chaincode: 'basic',
    channel: 'audit',
    arguments: ['run', JSON.stringify(steps)],
  });
  const read = await session.submit([call([{ do: 'get', key }]), put(bench.key('b'))]);
  const wrote = await session.submit([call([put(key, 'changed')]), put(bench.key('c'))]);
  return {
    codes: [written.code, read.code, wrote.code],
    read: read.result[0] as Outcome,
    after: (await session.evaluate([{ do: 'get', key }], { ...audit, endorsers: ['CedarMSP'] })) as Outcome,
    onThisChannel: (await session.evaluate([{ do: 'get', key }])) as Outcome,
    unchecked: await crossChannelConflict(bench, call),
    missing: await refusal(
      session.evaluate([{ do: 'call', chaincode: 'basic', channel: 'nowhere', arguments: ['run', '[]'] }]),
    ),
  };
}

/** A value read across channels changes before the reader commits: the reader is valid all the same. */
async function crossChannelConflict(bench: Bench, call: (steps: Step[]) => Step): Promise<string> {
  const session = bench.session();
  const key = bench.key('race');
  const reader = await session.endorse([call([{ do: 'get', key }]), put(bench.key('d'))]);
  await session.submit([put(key)], { channel: 'audit', endorsers: ['CedarMSP', 'CentralbankMSP'] });
  return (await session.commit(reader)).code;
}

async function restart(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const before = await session.submit([put(bench.key('a'), 'kept')]);
  const hash = commitHash(await readBlock(session, before.block)).toString('hex');
  await bench.network.restart?.();
  const fresh = bench.sessionOf(session.member);
  const value = await fresh.evaluate([{ do: 'get', key: bench.key('a') }]);
  const after = await fresh.submit([put(bench.key('b'))]);
  return {
    value: value as Outcome,
    sameHash: commitHash(await readBlock(fresh, before.block)).toString('hex') === hash,
    next: after.block === before.block + 1,
    code: after.code,
  };
}

/** Blocks, hashes, channels. */
export const ledgerCases: ConformanceCase[] = [
  { name: 'headers chain and data hashes match', run: headerChain },
  { name: 'every peer has the same commit hash', run: commitHashes },
  { name: 'commit hashes are what Fabric defines', run: recomputed },
  { name: 'a block is cut at its number of messages', run: cutByCount },
  {
    name: 'a lone transaction is cut by the timer',
    run: async (bench) => {
      const committed = await bench.session().submit([put(bench.key('a'))]);
      return transactionsOf(await readBlock(bench.session(), committed.block)).length;
    },
  },
  { name: 'another channel is read, not written', run: crossChannel },
  {
    name: 'a missing chaincode cannot be called',
    run: (bench) => refusal(bench.session().evaluate([{ do: 'call', chaincode: 'nowhere', arguments: ['run', '[]'] }])),
  },
  {
    name: 'a refusal of a called chaincode reaches the caller',
    run: async (bench) =>
      (await bench
        .session()
        .evaluate([
          { do: 'call', chaincode: 'nested', arguments: ['run', JSON.stringify([{ do: 'fail', message: 'no' }])] },
        ])) as Outcome,
  },
  {
    name: 'a status can be asked for by any member',
    run: async (bench) => {
      const { txId, block } = await bench.session().submit([put(bench.key('a'))]);
      const status = await bench.session('PineMSP').status(txId);
      return { code: status.code, sameBlock: status.block === block };
    },
  },
  { name: 'what was committed survives a restart', run: restart },
];
