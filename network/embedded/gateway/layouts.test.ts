import { peer } from '@hyperledger/fabric-protos';
import { applicationPolicyBytes } from '../ledger/policy/policy-text.ts';
import { layoutsOf, mergeLayouts } from './layouts.ts';

const policy = (text: string) => {
  const envelope = peer.ApplicationPolicy.deserializeBinary(applicationPolicyBytes(text)).getSignaturePolicy();
  if (!envelope) throw new Error('no signature policy');
  return envelope;
};
const names = (layouts: ReadonlySet<string>[]) => layouts.map((layout) => [...layout].sort().join('+')).sort();

describe('layouts of a policy', () => {
  test.each([
    ["AND('A.peer', OR('B.peer', 'C.peer'))", ['A+B', 'A+C']],
    ["OutOf(2, 'A.peer', 'B.peer', 'C.peer')", ['A+B', 'A+C', 'B+C']],
    ["AND('A.peer', OutOf(2, 'B.peer', 'C.peer', 'D.member'))", ['A+B+C', 'A+B+D', 'A+C+D']],
    ["OR('A.peer', AND('A.peer', 'B.peer'))", ['A']],
    ["OR('A.client', 'B.peer')", ['B']],
    ["OR('A.admin')", []],
    ["AND('A.peer', 'A.peer')", []],
  ])('%s asks for no more than it needs', (text, expected) => {
    expect(names(layoutsOf(policy(text)))).toEqual(expected);
  });

  test('joins two policies into the smallest sets that satisfy both', () => {
    const merged = mergeLayouts(
      layoutsOf(policy("OR('A.peer', 'B.peer')")),
      layoutsOf(policy("OR('B.peer', 'C.peer')")),
    );

    expect(names(merged)).toEqual(['A+C', 'B']);
  });
});
