import { decode } from '../wire/codec.ts';
import { type MspRoleMessage, mspRoleSchema } from '../wire/policy.ts';
import { parsePolicyText } from './policy-text.ts';

const names = (text: string) =>
  parsePolicyText(text).identities.map(
    ({ principal }) => decode<MspRoleMessage>(mspRoleSchema, principal).mspIdentifier,
  );

describe('parsePolicyText', () => {
  test('numbers the principals of inner gates first, as Fabric does', () => {
    expect(names("AND('A.peer', OR('B.peer', 'C.peer'))")).toEqual(['B', 'C', 'A']);
    expect(parsePolicyText("AND('A.peer', OR('B.peer', 'C.peer'))").rule).toEqual({
      nOutOf: { n: 2, rules: [{ signedBy: 2 }, { nOutOf: { n: 1, rules: [{ signedBy: 0 }, { signedBy: 1 }] } }] },
    });
  });

  test('reads gates in either case, both quotes and spaces', () => {
    expect(parsePolicyText(` outof( 2 , "A.member",'B.admin' ) `).rule?.nOutOf?.n).toBe(2);
    expect(parsePolicyText("And('A.client','B.orderer')").rule?.nOutOf?.n).toBe(2);
  });

  test.each([
    ["'A.peer'", 'a policy needs a gate'],
    ["XOR('A.peer')", "unrecognized token 'xor'"],
    ["OR('A.boss')", 'error parsing principal A.boss'],
    ["OutOf(4, 'A.peer', 'B.peer')", 'invalid t-out-of-n predicate, t 4, n 2'],
    ["OutOf('A.peer')", 'OutOf begins with a number'],
    ["OR('A.peer'", 'cannot read the text'],
    ["OR('A.peer') OR", 'unexpected text'],
    ["OR('A.peer' 'B.peer')", "',' or ')' is expected"],
  ])('refuses %s', (text, why) => {
    expect(() => parsePolicyText(text)).toThrow(why);
  });
});
