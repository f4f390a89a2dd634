import { sha256 } from '../core/canonical.ts';
import { createTable } from '../core/dispatch.ts';
import { encodeBatch } from '../core/wire/batch-codec.ts';
import { jarOperations } from '../testing/jar-operations.ts';
import { type SpawnedHost, spawnHost } from '../testing/spawn-host.ts';
import { WirePeer } from '../testing/wire-peer.ts';

const READ_BATCH = 25;
const WRITE_BATCH = 24;
const COMPLETED = 6;
const operator = { kind: 'operator', ref: '' } as const;

let host: SpawnedHost;

beforeAll(async () => {
  host = await spawnHost(['cedar', 'maple', 'centralbank']);
});

afterAll(() => host.stop());

async function withPeer(options: { maxBatch?: number }, use: (peer: WirePeer) => Promise<void>): Promise<void> {
  const peer = new WirePeer(options);
  try {
    for (const [name, address] of Object.entries(host.addresses)) await peer.connect(name, address);
    await use(peer);
  } finally {
    peer.close();
  }
}

function batchOf(count: number): { argument: string; transient: { batch: Uint8Array } } {
  const operations = Array.from({ length: count }, (_, index) => ({
    operation: 'jars:moveBeans',
    caller: operator,
    request: { moveId: `m${index}`, jar: letters(index), beans: 1 },
  }));
  const batch = encodeBatch(createTable(jarOperations), operations).bytes;
  const header = {
    lane: 'cedar',
    epoch: 1,
    holder: 'g',
    sequence: 1,
    previousHash: '0'.repeat(64),
    digest: sha256(batch),
  };
  return { argument: JSON.stringify(header), transient: { batch } };
}

const letters = (index: number) => [...String(index)].map((digit) => 'abcdefghij'[Number(digit)]).join('');

describe('chaincode host', () => {
  test.each([
    { peer: 'a peer with batch messages', options: { maxBatch: 100 } },
    { peer: 'a peer without them', options: {} },
  ])('runs a batch on $peer and completes after its rows are written', async ({ options }) => {
    await withPeer(options, async (peer) => {
      const response = await peer.call('cedar', { operation: 'lane:submit', mspId: 'CedarMSP', ...batchOf(250) });
      expect(response.getMessage()).toBe('');
      const answer = JSON.parse(Buffer.from(response.getPayload_asU8()).toString());
      expect(answer).toMatchObject({ lane: 'cedar', sequence: 1, accepted: 250 });
      expect(sha256(peer.rows.get('cedar/lane/0/batch/000000000001') as Uint8Array)).toBe(answer.hash);
      expect(JSON.parse(peer.text('cedar/jar/cej') as string)).toEqual({ jar: 'cej', beans: 1 });
      expect(peer.received.at(-1)).toBe(COMPLETED);
      const isBatched = peer.received.includes(READ_BATCH) && peer.received.includes(WRITE_BATCH);
      expect(isBatched).toBe('maxBatch' in options);
      expect(Math.max(0, ...peer.batchSizes)).toBe('maxBatch' in options ? 100 : 0);
    });
  });

  test('calls other namespaces within one ledger transaction, from the named entry point only', async () => {
    await withPeer({ maxBatch: 1000 }, async (peer) => {
      const argument = JSON.stringify({ label: 'blue' });
      const labelled = await peer.call('centralbank', {
        operation: 'jars:labelAll',
        mspId: 'CentralbankMSP',
        argument,
      });
      expect(labelled.getStatus()).toBe(200);
      expect(peer.text('maple/label')).toBe('{"label":"blue"}');
      const alone = await peer.call('cedar', { operation: 'jars:applyLabel', mspId: 'CentralbankMSP', argument });
      expect(JSON.parse(alone.getMessage())).toMatchObject({ code: 'CORE_ENTRY_POINT_REFUSED' });
    });
  });

  test('takes the entry point from the header that peers check, not from what the invocation claims', async () => {
    await withPeer({ maxBatch: 1000 }, async (peer) => {
      const response = await peer.call('cedar', {
        operation: 'jars:applyLabel',
        mspId: 'MapleMSP',
        argument: JSON.stringify({ label: 'red' }),
        entry: { chaincode: 'forwarder', claimed: 'centralbank', operation: 'jars:labelAll' },
      });
      expect(JSON.parse(response.getMessage())).toMatchObject({
        code: 'CORE_ENTRY_POINT_REFUSED',
        params: { entryPoint: 'forwarder jars:labelAll' },
      });
      expect(peer.rows.get('cedar/label')).toBeUndefined();
    });
  });

  test('keeps a deposit in the implicit collection and out of public state', async () => {
    await withPeer({ maxBatch: 1000 }, async (peer) => {
      const transient = { recipe: 'salted beans' };
      await peer.call('cedar', { operation: 'jars:depositRecipe', mspId: 'CedarMSP', argument: '{}', transient });
      expect([...peer.rows.keys()]).toEqual(['cedar/_implicit_org_CedarMSP/recipe']);
      expect(peer.text('cedar/_implicit_org_CedarMSP/recipe')).toBe('salted beans');
      const other = await peer.call('cedar', {
        operation: 'jars:depositRecipe',
        mspId: 'MapleMSP',
        argument: '{}',
        transient,
      });
      expect(JSON.parse(other.getMessage())).toMatchObject({ code: 'CORE_CALLER_NOT_ALLOWED' });
    });
  });

  test.each([
    { name: 'an unknown function', operation: 'jars:nothing', code: 'CORE_OPERATION_UNKNOWN' },
    { name: 'a lane operation outside a batch', operation: 'jars:moveBeans', code: 'CORE_OPERATION_UNKNOWN' },
    { name: 'an argument that is not JSON', operation: 'jars:getJar', argument: '{', code: 'CORE_REQUEST_INVALID' },
    {
      name: 'a row that is not there',
      operation: 'jars:getJar',
      argument: '{"jar":"no"}',
      code: 'CORE_RECORD_NOT_FOUND',
    },
    {
      name: 'a read of id pages',
      operation: 'lane:read',
      argument: '["ids/move/i/m-1"]',
      code: 'CORE_REQUEST_INVALID',
    },
  ])('refuses $name with a code', async ({ operation, argument = '{}', code }) => {
    await withPeer({ maxBatch: 1000 }, async (peer) => {
      const response = await peer.call('cedar', { operation, argument, mspId: 'CedarMSP' });
      expect(response.getStatus()).toBe(500);
      expect(JSON.parse(response.getMessage()).code).toBe(code);
    });
  });
});
