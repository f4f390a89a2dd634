import { peer } from '@hyperledger/fabric-protos';
import { organizationPaths } from '@tangram/network/identity/layout.ts';
import { loadSigner } from '@tangram/network/identity/signer.ts';
import { connectNode, type NodeClient } from '@tangram/network/native/node-client.ts';
import { type Asker, explainTransaction } from '@tangram/network/native/transaction.ts';
import { validationReasons } from '@tangram/network/native/validation-codes.ts';
import { Bench } from '../conformance/bench.ts';
import type { Step } from '../conformance/chaincode/step.ts';
import { startEmbedded } from '../conformance/drivers/embedded.ts';
import { launchNodes } from '../conformance/drivers/launch.ts';
import { attachNative } from '../conformance/drivers/native.ts';
import type { ConformanceNetwork } from '../conformance/network.ts';
import { closeClients, type Endorsed } from '../conformance/session.ts';
import { findPortBase } from '../end-to-end/running-network.ts';

const put = (key: string, value = '1'): Step => ({ do: 'put', key, value });
const get = (key: string): Step => ({ do: 'get', key });
const absentBinaries = process.env.FABRIC_BIN
  ? ''
  : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)';
const describeNative = process.env.FABRIC_BIN ? describe : describe.skip;

test('every validation code of Fabric has a reason', () => {
  expect(Object.keys(validationReasons).sort()).toEqual(Object.keys(peer.TxValidationCode).sort());
});

describe('why, on the embedded network', () => {
  explains(async () => ({ network: await startEmbedded(), stop: async () => {} }));
});

describeNative(`why, on real Fabric${absentBinaries}`, () => {
  explains(async () => {
    const nodes = await launchNodes({ driver: 'native', portBase: await findPortBase() });
    if ('missing' in nodes) throw new Error(nodes.missing);
    return { network: attachNative(nodes.file), stop: nodes.stop };
  });
});

/** The same answers from any network. */
function explains(open: () => Promise<{ network: ConformanceNetwork; stop: () => Promise<void> }>): void {
  let network: ConformanceNetwork;
  let stop: () => Promise<void>;
  let client: NodeClient;
  let asker: Asker;

  beforeAll(async () => {
    ({ network, stop } = await open());
    const { endpoint, tlsCa } = network.peers.CedarMSP as { endpoint: string; tlsCa: string };
    client = connectNode({ role: 'peer', address: endpoint, tlsCaFile: tlsCa, serverName: 'localhost' });
    const { adminMsp } = organizationPaths(network.organizationsDir, 'cedar');
    asker = { peer: client, admin: loadSigner('CedarMSP', adminMsp) };
  }, 120_000);
  afterAll(async () => {
    client?.close();
    closeClients();
    await network?.close();
    await stop?.();
  });

  /** Endorses both on the same state, commits one after the other, and explains the second. */
  async function race(bench: Bench, steps: { before: Step[]; first: Step[]; second: Step[] }) {
    const session = bench.session();
    await session.submit(steps.before);
    const first = await session.endorse(steps.first);
    const second = await session.endorse(steps.second);
    const committed = [await session.commit(first), await session.commit(second)];
    return { first, committed, report: await explain(second) };
  }

  const explain = ({ txId }: Endorsed | { txId: string }) => explainTransaction(asker, 'finance', txId);

  test('a valid transaction tells who made and endorsed it, and its keys', async () => {
    const bench = new Bench(network);
    const key = bench.key('a');
    const committed = await bench.session().submit([get(key), put(key)]);

    expect(await explain(committed)).toMatchObject({
      ...{ codeName: 'VALID', code: 0, block: committed.block, creator: 'CedarMSP' },
      endorsers: expect.arrayContaining(['CedarMSP', 'MapleMSP']),
      reads: { basic: [key] },
      writes: { basic: [key] },
    });
  });

  test('an MVCC conflict names key, version read, version found and the transaction that wrote it', async () => {
    const bench = new Bench(network);
    const key = bench.key('a');
    const { first, committed, report } = await race(bench, {
      before: [put(key)],
      first: [get(key), put(key, '2')],
      second: [get(key), put(key, '3')],
    });

    expect(report).toMatchObject({
      ...{ codeName: 'MVCC_READ_CONFLICT', reason: 'a key it read has changed' },
      conflict: {
        ...{ namespace: 'basic', key, writtenBy: first.txId },
        versionRead: { block: expect.any(Number), tx: 0 },
        versionFound: { block: committed[0]?.block, tx: expect.any(Number) },
      },
    });
  });

  test('a key that was deleted since is found absent, by the transaction that deleted it', async () => {
    const bench = new Bench(network);
    const key = bench.key('a');
    const { first, report } = await race(bench, {
      before: [put(key)],
      first: [{ do: 'delete', key }],
      second: [get(key), put(key, '3')],
    });

    expect(report).toMatchObject({
      codeName: 'MVCC_READ_CONFLICT',
      conflict: { key, versionFound: undefined, writtenBy: first.txId },
    });
  });

  test.each([
    ['rows that are each noted', 3],
    ['rows of which only a summary is noted', 60],
  ])('a phantom among %s names the row and the transaction that wrote it', async (_what, count) => {
    const bench = new Bench(network);
    const added = `${bench.key('row')}000z`;
    const { first, report } = await race(bench, {
      before: [{ do: 'fill', key: bench.key('row'), count }],
      first: [put(added)],
      second: [
        { do: 'range', start: bench.key('row'), end: bench.key('rox') },
        { do: 'put', key: bench.key('sum'), value: '1' },
      ],
    });

    expect(report).toMatchObject({
      codeName: 'PHANTOM_READ_CONFLICT',
      conflict: { namespace: 'basic', key: added, versionRead: undefined, writtenBy: first.txId },
    });
  });

  test('an endorsement that does not suffice tells who signed, and what the committed policy wants', async () => {
    const bench = new Bench(network);
    const session = bench.session();
    const lone = await session.endorse([put(bench.key('a'))], { endorsers: ['CedarMSP'] });
    await session.commit(lone);

    expect(await explain(lone)).toMatchObject({
      codeName: 'ENDORSEMENT_POLICY_FAILURE',
      reason: 'signature set did not satisfy policy',
      endorsers: ['CedarMSP'],
      policy: {
        namespace: 'basic',
        report: {
          satisfied: false,
          policy: expect.stringContaining('MapleMSP.peer'),
          signed: ['CedarMSP.peer'],
          missing: expect.arrayContaining(['MapleMSP.peer']),
        },
      },
    });
  });

  test('an id that no block holds is unknown', async () => {
    expect(await explain({ txId: '0'.repeat(64) })).toMatchObject({
      codeName: 'UNKNOWN',
      reason: expect.stringContaining('no block of finance holds it'),
    });
  });
}
