import { peer } from '@hyperledger/fabric-protos';
import {
  asText,
  createTestChannel,
  type Endorsed,
  text,
} from '@tangram/network/embedded/ledger/fixtures/test-channel.ts';
import type { Simulator } from '@tangram/network/embedded/ledger/types.ts';
import { createCollections } from '@tangram/network/embedded/lifecycle/collections.ts';
import fc from 'fast-check';

const { TxValidationCode: code } = peer;
const namespace = 'cash';
const collections = ['pair', 'brief'];
let channel: Awaited<ReturnType<typeof createTestChannel>>;

beforeAll(async () => {
  channel = await createTestChannel();
  channel.deploy(
    namespace,
    "OR('CedarMSP.peer', 'MapleMSP.peer')",
    createCollections([
      { name: 'pair', policy: "OR('CedarMSP.member', 'MapleMSP.member')" },
      { name: 'brief', policy: "OR('CedarMSP.member', 'MapleMSP.member')", blockToLive: 1 },
    ]),
  );
  channel.ledger.snapshot('empty');
});
afterAll(() => {
  channel.ledger.close();
  channel.remove();
});

const key = fc.constantFrom('a', 'b', 'c', 'd', '\0k\0', 'ü');
const operation = fc.oneof(
  fc.record({ kind: fc.constantFrom('get', 'delete', 'scan', 'note'), key }),
  fc.record({ kind: fc.constant('put'), key, value: fc.string({ minLength: 1, maxLength: 3 }) }),
  fc.record({
    kind: fc.constantFrom('private-put', 'private-delete', 'purge', 'hash', 'private-note'),
    key,
    collection: fc.constantFrom(...collections),
    value: fc.string({ minLength: 1, maxLength: 3 }),
  }),
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T & { collection?: string; value?: string } : never;
const transaction = fc.array(operation, { minLength: 1, maxLength: 4 });
// A block is endorsed at the height before it; one in three transactions waits a block and so reads what is old.
const blocks = fc.array(
  fc.array(fc.record({ operations: transaction, waits: fc.integer({ min: 0, max: 2 }) }), { maxLength: 5 }),
  {
    minLength: 3,
    maxLength: 8,
  },
);

function perform(simulator: Simulator, { kind, key, collection = '', value = '' }: Operation): void {
  const at = { namespace, collection, key };
  const note = { note: text(value || 'n') };
  if (kind === 'get') simulator.getState(namespace, key);
  else if (kind === 'put') simulator.putState(namespace, key, text(value));
  else if (kind === 'delete') simulator.delState(namespace, key);
  else if (kind === 'note') simulator.setStateMetadata(namespace, key, note);
  else if (kind === 'hash') simulator.getPrivateHash(at);
  else if (kind === 'private-put') simulator.putPrivate(at, text(value));
  else if (kind === 'private-delete') simulator.delPrivate(at);
  else if (kind === 'purge') simulator.purgePrivate(at);
  else if (kind === 'private-note') simulator.setPrivateMetadata(at, note);
  else scan(simulator);
}

function scan(simulator: Simulator): Map<string, string | undefined> {
  const found = new Map<string, string | undefined>();
  const rows = simulator.getStateRange({ namespace, startKey: '', endKey: '' });
  for (let row = rows.next(); row; row = rows.next()) found.set(row.key, asText(row.value));
  return found;
}

/** What a reader of the rules expects of public state: valid transactions take effect in order, others not at all. */
function applyModel(model: Map<string, string>, operations: Operation[]): void {
  for (const { kind, key, value = '' } of operations) {
    if (kind === 'put') model.set(key, value);
    if (kind === 'delete') model.delete(key);
  }
}

type Waiting = { endorsed: Endorsed; operations: Operation[] };

describe('random transactions', () => {
  test('leave the state that the valid ones make in order, and a ledger that verifies', () => {
    fc.assert(
      fc.property(blocks, (script) => {
        channel.ledger.revert('empty');
        const model = new Map<string, string>();
        const late: Waiting[] = [];
        for (const block of script) {
          const endorsed = block.map(({ operations, waits }) => ({
            waits,
            operations: operations as Operation[],
            endorsed: channel.endorse({
              endorsers: ['CedarMSP'],
              run: (simulator) => {
                for (const each of operations) perform(simulator, each as Operation);
              },
            }),
          }));
          const batch: Waiting[] = [...late.splice(0), ...endorsed.filter(({ waits }) => waits < 2)];
          late.push(...endorsed.filter(({ waits }) => waits === 2));
          const { validationCodes } = channel.commit(...batch.map((waiting) => waiting.endorsed));
          for (const [index, { operations }] of batch.entries()) {
            if (validationCodes[index] === code.VALID) applyModel(model, operations);
          }
          const simulator = channel.ledger.newSimulator({ txId: 'q', mspId: 'CedarMSP', readOnly: true });
          expect(Object.fromEntries(scan(simulator))).toEqual(Object.fromEntries(model));
          simulator.done();
        }
        expect(channel.ledger.verify().problems).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});
