import { ledger } from '@hyperledger/fabric-protos';
import { LedgerError } from '../errors.ts';
import { decode, encode, varint } from './codec.ts';
import { type SignaturePolicy, type SignaturePolicyEnvelope, signaturePolicyEnvelopeSchema } from './policy.ts';
import { type KvRwSet, kvRwSetSchema } from './rwset.ts';
import { type ChannelHeaderMessage, channelHeaderSchema, type PayloadMessage, payloadSchema } from './transaction.ts';

const { KVRWSet } = ledger.rwset.kvrwset;

const set: KvRwSet = {
  reads: [
    { key: 'a', version: { blockNum: 0, txNum: 0 } },
    { key: 'é', version: undefined },
  ],
  rangeQueriesInfo: [
    {
      startKey: 'a',
      endKey: 'b',
      itrExhausted: true,
      rawReads: undefined,
      readsMerkleHashes: { maxDegree: 50, maxLevel: 1, maxLevelHashes: [Buffer.from('h')] },
    },
  ],
  writes: [{ key: 'a', isDelete: false, value: Buffer.from('1') }],
  metadataWrites: [{ key: 'a', entries: [{ name: 'n', value: Buffer.from('v') }] }],
};

describe('encode', () => {
  test('writes the bytes of the generated classes', () => {
    const bytes = encode(kvRwSetSchema, set);
    expect(Buffer.from(KVRWSet.deserializeBinary(bytes).serializeBinary())).toEqual(bytes);
  });

  test('is undone by decode', () => {
    expect(decode<KvRwSet>(kvRwSetSchema, encode(kvRwSetSchema, set))).toEqual(set);
  });

  test.each([
    [0, [0]],
    [127, [127]],
    [128, [0x80, 1]],
    [2 ** 32, [0x80, 0x80, 0x80, 0x80, 0x10]],
  ])('writes %d as a varint', (value, bytes) => {
    expect([...varint(value)]).toEqual(bytes);
  });
});

describe('decode', () => {
  const refuses = (hex: string) => {
    expect(() => decode(channelHeaderSchema, Buffer.from(hex, 'hex'))).toThrow(LedgerError);
  };

  test('refuses a truncated field', () => refuses('22056162'));
  test('refuses a truncated varint', () => refuses('0880'));
  test('refuses a varint above 64 bits', () => refuses('08ffffffffffffffffff7f'));
  test('refuses invalid UTF-8 in a string', () => refuses('2201ff'));
  test('refuses field number 0', () => refuses('0001'));
  test('refuses an end of group without a group', () => refuses('0c'));

  test('takes a known field of another wire type for an unknown one', () => {
    expect(decode<ChannelHeaderMessage>(channelHeaderSchema, Buffer.from('2001', 'hex')).channelId).toBe('');
  });

  test('skips unknown fields of every wire type', () => {
    const unknown = 'a00601a10600000000000000 00a2060161a50600000000a306a406'.replaceAll(' ', '');
    const header = decode<ChannelHeaderMessage>(channelHeaderSchema, Buffer.from(`${unknown}0803`, 'hex'));
    expect(header.type).toBe(3);
  });

  test('reads a negative int32', () => {
    const header = decode<ChannelHeaderMessage>(channelHeaderSchema, Buffer.from('08ffffffffffffffffff01', 'hex'));
    expect(header.type).toBe(-1);
  });

  test('merges a message field that stands twice', () => {
    const payload = decode<PayloadMessage>(payloadSchema, Buffer.from('0a030a01610a03120162', 'hex'));
    expect(payload.header).toEqual({ channelHeader: new Uint8Array([0x61]), signatureHeader: new Uint8Array([0x62]) });
  });

  test('keeps the last member of a oneof', () => {
    const rule: SignaturePolicy = { signedBy: 2 };
    const first = encode(signaturePolicyEnvelopeSchema, {
      version: 0,
      rule: { nOutOf: { n: 1, rules: [] } },
      identities: [],
    });
    const second = encode(signaturePolicyEnvelopeSchema, { version: 0, rule, identities: [] });
    const merged = decode<SignaturePolicyEnvelope>(signaturePolicyEnvelopeSchema, Buffer.concat([first, second]));
    expect(merged.rule).toEqual({ signedBy: 2, nOutOf: undefined });
  });
});
