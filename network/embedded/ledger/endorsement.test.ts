import { peer } from '@hyperledger/fabric-protos';
import { createCollections } from '../lifecycle/collections.ts';
import { createTestChannel, type Proposal, type TransactionParts, text } from './fixtures/test-channel.ts';
import { applicationPolicyBytes, parsePolicyText } from './policy/policy-text.ts';
import type { Simulator } from './types.ts';
import { encode } from './wire/codec.ts';
import { signaturePolicyEnvelopeSchema } from './wire/policy.ts';
import { chaincodeHeaderExtensionSchema } from './wire/transaction.ts';

const { TxValidationCode: code } = peer;
let channel: Awaited<ReturnType<typeof createTestChannel>>;

beforeAll(async () => {
  channel = await createTestChannel();
  channel.deploy(
    'cash',
    "OutOf(2, 'CedarMSP.peer', 'MapleMSP.peer', 'PineMSP.peer')",
    createCollections([
      { name: 'open', policy: "OR('CedarMSP.member', 'MapleMSP.member')" },
      { name: 'guarded', policy: "OR('CedarMSP.member', 'MapleMSP.member')", endorsementPolicy: "OR('PineMSP.peer')" },
    ]),
  );
  channel.deploy('strict', "AND('CedarMSP.peer', 'MapleMSP.peer', 'PineMSP.peer')");
});
afterAll(() => {
  channel.ledger.close();
  channel.remove();
});

const put = (key: string) => (simulator: Simulator) => simulator.putState('cash', key, text('1'));
const codeOf = (proposal: Proposal) => channel.submit(proposal).validationCodes[0];
const keyPolicy = (policy: string) => ({
  VALIDATION_PARAMETER: encode(signaturePolicyEnvelopeSchema, parsePolicyText(policy)),
});

describe('envelope', () => {
  test.each<[string, number, (parts: TransactionParts) => void]>([
    [
      'another transaction id',
      code.BAD_PROPOSAL_TXID,
      (parts) => void Object.assign(parts.channelHeader, { txId: 'ab' }),
    ],
    ['another epoch', code.BAD_COMMON_HEADER, (parts) => void Object.assign(parts.channelHeader, { epoch: 1 })],
    [
      'an unknown header type',
      code.BAD_COMMON_HEADER,
      (parts) => void Object.assign(parts.channelHeader, { type: 99 }),
    ],
    [
      'a configuration update',
      code.UNSUPPORTED_TX_PAYLOAD,
      (parts) => void Object.assign(parts.channelHeader, { type: 2 }),
    ],
    [
      'another channel',
      code.BAD_CREATOR_SIGNATURE,
      (parts) => void Object.assign(parts.channelHeader, { channelId: 'audit' }),
    ],
    [
      'a forged creator signature',
      code.BAD_CREATOR_SIGNATURE,
      (parts) => void Object.assign(parts, { creatorSign: () => new Uint8Array(70) }),
    ],
    [
      'changed arguments',
      code.INVALID_ENDORSER_TRANSACTION,
      (parts) => void Object.assign(parts, { proposalPayload: Buffer.from([10, 1, 9]) }),
    ],
    ['two actions', code.INVALID_ENDORSER_TRANSACTION, (parts) => void Object.assign(parts, { copies: 2 })],
    ['no action', code.INVALID_ENDORSER_TRANSACTION, (parts) => void Object.assign(parts, { copies: 0 })],
  ])('with %s has code %d', (_, expected, tamper) => {
    expect(codeOf({ run: put('tampered'), tamper })).toBe(expected);
  });

  test('that cannot be read has code 255, one without payload code 2 or 3', () => {
    expect(channel.commit(Buffer.from([0xff])).validationCodes).toEqual([code.INVALID_OTHER_REASON]);
    expect(channel.commit(Buffer.from([10, 1, 0xff])).validationCodes).toEqual([code.BAD_PAYLOAD]);
    expect(channel.commit(Buffer.alloc(0)).validationCodes).toEqual([code.BAD_COMMON_HEADER]);
  });

  test('whose header names another chaincode than the action is invalid', () => {
    const extension = encode(chaincodeHeaderExtensionSchema, {
      chaincodeId: { path: '', name: 'strict', version: '' },
    });
    // The header is part of the proposal hash, so only colluding endorsers could sign such a thing.
    const tamper = (parts: TransactionParts) => void Object.assign(parts.channelHeader, { extension });
    expect(codeOf({ run: put('tampered'), tamper })).toBe(code.INVALID_ENDORSER_TRANSACTION);
  });
});

describe('chaincode policy', () => {
  test.each<[string, number, Proposal]>([
    ['two of three', code.VALID, { run: put('a'), endorsers: ['PineMSP', 'CedarMSP'] }],
    ['one of three', code.ENDORSEMENT_POLICY_FAILURE, { run: put('a'), endorsers: ['CedarMSP'] }],
    ['one, twice', code.ENDORSEMENT_POLICY_FAILURE, { run: put('a'), endorsers: ['CedarMSP', 'CedarMSP'] }],
    ['two for a read', code.VALID, { run: (simulator) => void simulator.getState('strict', 'a') }],
    [
      'none for a read',
      code.ENDORSEMENT_POLICY_FAILURE,
      { run: (simulator) => void simulator.getState('cash', 'a'), endorsers: ['CedarMSP'] },
    ],
    [
      'two where the other namespace wants three',
      code.ENDORSEMENT_POLICY_FAILURE,
      { run: (simulator) => simulator.putState('strict', 'a', text('1')) },
    ],
    [
      'three for both namespaces',
      code.VALID,
      {
        run: (simulator) => simulator.putState('strict', 'a', text('1')),
        endorsers: ['CedarMSP', 'MapleMSP', 'PineMSP'],
      },
    ],
    [
      'a chaincode that is not defined',
      code.INVALID_CHAINCODE,
      { run: (simulator) => simulator.putState('absent', 'a', text('1')) },
    ],
    [
      '_lifecycle with one',
      code.ENDORSEMENT_POLICY_FAILURE,
      {
        chaincode: '_lifecycle',
        run: (simulator) => simulator.putState('_lifecycle', 'a', text('1')),
        endorsers: ['CedarMSP'],
      },
    ],
  ])('judges %s', (_, expected, proposal) => {
    expect(codeOf(proposal)).toBe(expected);
  });

  test('does not count a signature over something else', () => {
    const tamper = (parts: TransactionParts) =>
      void Object.assign(parts.endorsements[1]!, { signature: parts.endorsements[0]!.signature });
    const forged = channel.endorse({ run: put('forged'), tamper });
    expect(channel.commit(forged).validationCodes).toEqual([code.ENDORSEMENT_POLICY_FAILURE]);
    expect(channel.ledger.why(forged.txId)).toMatchObject({
      codeName: 'ENDORSEMENT_POLICY_FAILURE',
      policy: {
        namespace: 'cash',
        report: { satisfied: false, signed: ['CedarMSP.peer'], missing: ['MapleMSP.peer', 'PineMSP.peer'] },
      },
    });
  });
});

describe('key-level policy', () => {
  const endorsers = ['CedarMSP'];

  test('replaces the chaincode policy once it is committed', () => {
    const both = (simulator: Simulator) => {
      simulator.putState('cash', 'own', text('1'));
      simulator.setStateMetadata('cash', 'own', keyPolicy("OR('CedarMSP.peer')"));
    };
    expect(codeOf({ run: both, endorsers })).toBe(code.ENDORSEMENT_POLICY_FAILURE);
    expect(codeOf({ run: both })).toBe(code.VALID);
    expect(codeOf({ run: put('own'), endorsers })).toBe(code.VALID);
    expect(codeOf({ run: put('own'), endorsers: ['MapleMSP', 'PineMSP'] })).toBe(code.ENDORSEMENT_POLICY_FAILURE);
  });

  test('does not cover another key written along with it', () => {
    const run = (simulator: Simulator) => {
      simulator.putState('cash', 'own', text('1'));
      simulator.putState('cash', 'other', text('1'));
    };
    expect(codeOf({ run, endorsers })).toBe(code.ENDORSEMENT_POLICY_FAILURE);
  });

  test('that changes in the same block invalidates a later write, even of one whose change fails in the end', () => {
    channel.submit({ run: put('changing') });
    const change = channel.endorse({
      run(simulator) {
        simulator.getState('cash', 'contended');
        simulator.setStateMetadata('cash', 'changing', keyPolicy("OR('CedarMSP.peer')"));
      },
    });
    const write = channel.endorse({ run: put('changing') });
    const contend = channel.endorse({ run: put('contended') });
    expect(channel.commit(contend, change, write).validationCodes).toEqual([
      code.VALID,
      code.MVCC_READ_CONFLICT,
      code.ENDORSEMENT_POLICY_FAILURE,
    ]);
    expect(channel.ledger.why(write.txId)?.reason).toContain('changed in the same block');
  });

  test('stands in what a simulation wrote', () => {
    const simulator = channel.ledger.newSimulator({ txId: 't', mspId: 'CedarMSP' });
    simulator.putState('cash', 'own', text('2'));
    simulator.putState('cash', 'free', text('2'));
    const { writtenKeys } = simulator.done();
    expect(writtenKeys.map(({ key, policy }) => [key, policy !== undefined])).toEqual([
      ['own', true],
      ['free', false],
    ]);
  });
});

describe('collection policy', () => {
  const write = (collection: string) => (simulator: Simulator) =>
    simulator.putPrivate({ namespace: 'cash', collection, key: 'k' }, text('1'));

  test.each<[string, string, string[], number]>([
    ['its own policy', 'guarded', ['PineMSP'], code.VALID],
    ['its own policy unmet', 'guarded', ['CedarMSP', 'MapleMSP'], code.ENDORSEMENT_POLICY_FAILURE],
    ["the chaincode's policy", 'open', ['CedarMSP', 'MapleMSP'], code.VALID],
    ["the chaincode's policy unmet", 'open', ['CedarMSP'], code.ENDORSEMENT_POLICY_FAILURE],
    ['the owner alone for an implicit collection', '_implicit_org_CedarMSP', ['CedarMSP'], code.VALID],
    [
      'others for an implicit collection',
      '_implicit_org_CedarMSP',
      ['MapleMSP', 'PineMSP'],
      code.ENDORSEMENT_POLICY_FAILURE,
    ],
  ])('asks %s', (_, collection, endorsers, expected) => {
    expect(codeOf({ run: write(collection), endorsers })).toBe(expected);
  });

  test('does not spare a public write', () => {
    const run = (simulator: Simulator) => {
      write('_implicit_org_CedarMSP')(simulator);
      put('along')(simulator);
    };
    expect(codeOf({ run, endorsers: ['CedarMSP'] })).toBe(code.ENDORSEMENT_POLICY_FAILURE);
  });
});

describe('definition', () => {
  test('reads back as it was committed', () => {
    const definition = channel.ledger.getDefinition('strict');
    expect(definition).toMatchObject({ name: 'strict', version: '1.0', sequence: 1, validationPlugin: 'vscc' });
    expect(definition?.validationParameter).toEqual(
      new Uint8Array(applicationPolicyBytes("AND('CedarMSP.peer', 'MapleMSP.peer', 'PineMSP.peer')")),
    );
    expect(channel.ledger.listDefinitions().map(({ name }) => name)).toEqual(['cash', 'strict']);
  });
});
