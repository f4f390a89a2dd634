import type { X509Certificate } from 'node:crypto';
import type { Identity, MspManager, MspRole } from '../types.ts';
import type { SignaturePolicyEnvelope } from '../wire/policy.ts';
import { parsePolicyText } from './policy-text.ts';
import { compileSignaturePolicy } from './signature-policy.ts';

const mspManager: MspManager = {
  mspIds: [],
  deserialize() {
    throw new Error('these policies name roles only');
  },
};

function identity(name: string): Identity {
  const [mspId = '', role = 'peer'] = name.split('.');
  return {
    mspId,
    id: name,
    certificate: undefined as unknown as X509Certificate,
    organizationalUnits: [role],
    invalidReason: undefined,
    hasRole: (wanted: MspRole) => wanted === 'MEMBER' || wanted === role.toUpperCase(),
    verify: () => true,
  };
}

const judge = (text: string, signers: string[]) =>
  compileSignaturePolicy(parsePolicyText(text), mspManager).evaluate(signers.map((name) => identity(name)));

describe('compileSignaturePolicy', () => {
  test.each([
    ["AND('A.peer', 'B.peer')", ['A.peer', 'B.peer'], true],
    ["AND('A.peer', 'B.peer')", ['A.peer'], false],
    ["AND('A.peer', 'B.peer')", ['A.peer', 'B.client'], false],
    ["AND('A.member', 'A.member')", ['A.peer'], false],
    ["AND('A.member', 'A.member')", ['A.peer', 'A.client'], true],
    ["OutOf(2, 'A.peer', 'B.peer', 'C.peer')", ['C.peer', 'A.peer'], true],
    ["AND('A.peer', OutOf(2, 'B.peer', 'C.peer', 'D.peer'))", ['A.peer', 'D.peer', 'B.peer'], true],
    ["AND('A.peer', OutOf(2, 'B.peer', 'C.peer', 'D.peer'))", ['D.peer', 'B.peer', 'C.peer'], false],
    ["OutOf(0, 'A.peer')", [], true],
  ])('%s with %j is %s', (text, signers, satisfied) => {
    expect(judge(text, signers)).toBe(satisfied);
  });

  test('lets a gate that fails give back the identities it took', () => {
    expect(judge("OutOf(1, AND('A.peer', 'B.peer'), 'A.peer')", ['A.peer'])).toBe(true);
  });

  test('takes the first identity that fits, so that the order of gates matters as in Fabric', () => {
    expect(judge("AND('A.member', 'A.peer')", ['A.peer', 'A.client'])).toBe(false);
    expect(judge("AND('A.member', 'A.peer')", ['A.client', 'A.peer'])).toBe(true);
  });

  test('reports what is signed and what is missing', () => {
    const policy = compileSignaturePolicy(parsePolicyText("AND('A.peer', OR('B.peer', 'C.peer'))"), mspManager);
    const report = policy.report([identity('A.peer')]);
    expect(report).toMatchObject({
      policy: "OutOf(2, 'A.peer', OutOf(1, 'B.peer', 'C.peer'))",
      satisfied: false,
      signed: ['A.peer'],
      missing: ['B.peer', 'C.peer'],
    });
  });

  test.each<[string, SignaturePolicyEnvelope, string]>([
    ['no rule', { version: 0, rule: undefined, identities: [] }, 'Empty policy element'],
    ['an index without identity', { version: 0, rule: { signedBy: 0 }, identities: [] }, 'identity index out of range'],
    ['an empty rule', { version: 0, rule: {}, identities: [] }, 'Unknown type'],
  ])('refuses %s', (_, envelope, why) => {
    expect(() => compileSignaturePolicy(envelope, mspManager)).toThrow(why);
  });
});
