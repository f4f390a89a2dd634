import { LedgerError } from '../errors.ts';
import { encode } from '../wire/codec.ts';
import {
  applicationPolicySchema,
  type MspPrincipal,
  mspRoleSchema,
  type SignaturePolicy,
  type SignaturePolicyEnvelope,
} from '../wire/policy.ts';

const roleNames = ['member', 'admin', 'client', 'peer', 'orderer'];
const principalPattern = /^([A-Za-z0-9.-]+)\.(admin|member|client|peer|orderer)$/;
const tokenPattern = /\s*(?:([A-Za-z]+)\s*\(|('[^']*'|"[^"]*")|(\d+)|([,)]))/y;

type Term = { gate: string; terms: Term[]; count?: number } | { principal: string };

/**
 * Parses text such as `AND('A.peer', OutOf(2, 'B.peer', 'C.peer', 'D.peer'))` as `peer lifecycle` does, principals
 * numbered in the same order. Refuses POLICY_TEXT: unknown gate or role, bad count, trailing text.
 */
export function parsePolicyText(text: string): SignaturePolicyEnvelope {
  const cursor = { text, position: 0 };
  const term = readTerm(cursor);
  if (cursor.text.slice(cursor.position).trim() !== '') throw refuse(text, `unexpected text at ${cursor.position}`);
  if ('principal' in term) throw refuse(text, 'a policy needs a gate: AND, OR or OutOf');
  const identities: MspPrincipal[] = [];
  return { version: 0, rule: toRule(term, identities, text), identities };
}

/** The same as a serialised peer.ApplicationPolicy: the validation parameter of a chaincode or collection. */
export function applicationPolicyBytes(text: string): Uint8Array {
  return encode(applicationPolicySchema, { signaturePolicy: parsePolicyText(text) });
}

type Cursor = { text: string; position: number };

function nextToken(cursor: Cursor): RegExpExecArray {
  tokenPattern.lastIndex = cursor.position;
  const match = tokenPattern.exec(cursor.text);
  if (!match) throw refuse(cursor.text, `cannot read the text at ${cursor.position}`);
  cursor.position = tokenPattern.lastIndex;
  return match;
}

function readTerm(cursor: Cursor): Term {
  const [, gate, quoted] = nextToken(cursor);
  if (quoted) return { principal: quoted.slice(1, -1) };
  if (!gate) throw refuse(cursor.text, `a gate or principal is expected before ${cursor.position}`);
  return readGate(gate.toLowerCase(), cursor);
}

function readGate(gate: string, cursor: Cursor): Term {
  if (!['and', 'or', 'outof'].includes(gate))
    throw refuse(cursor.text, `unrecognized token '${gate}' in policy string`);
  const terms: Term[] = [];
  let count: number | undefined;
  if (gate === 'outof') {
    const number = nextToken(cursor)[3];
    if (number === undefined) throw refuse(cursor.text, 'OutOf begins with a number');
    count = Number.parseInt(number, 10);
    if (nextToken(cursor)[4] !== ',') throw refuse(cursor.text, 'expected at least two arguments to NOutOf');
  }
  for (;;) {
    terms.push(readTerm(cursor));
    const separator = nextToken(cursor)[4];
    if (separator === ')') break;
    if (separator !== ',') throw refuse(cursor.text, `',' or ')' is expected before ${cursor.position}`);
  }
  return { gate, terms, ...(count !== undefined && { count }) };
}

// Gates inside come first: that is the order in which Fabric's parser numbers the principals.
function toRule(term: Exclude<Term, { principal: string }>, identities: MspPrincipal[], text: string): SignaturePolicy {
  const inner = new Map<Term, SignaturePolicy>();
  for (const child of term.terms) if ('gate' in child) inner.set(child, toRule(child, identities, text));
  const rules = term.terms.map((child) => {
    if ('gate' in child) return inner.get(child) as SignaturePolicy;
    identities.push(toPrincipal(child.principal, text));
    return { signedBy: identities.length - 1 };
  });
  const n = term.count ?? (term.gate === 'or' ? 1 : rules.length);
  if (n > rules.length + 1) throw refuse(text, `invalid t-out-of-n predicate, t ${n}, n ${rules.length}`);
  return { nOutOf: { n, rules } };
}

function toPrincipal(name: string, text: string): MspPrincipal {
  const match = principalPattern.exec(name);
  if (!match) throw refuse(text, `error parsing principal ${name}`);
  const role = { mspIdentifier: match[1], role: roleNames.indexOf(match[2] as string) };
  return { principalClassification: 0, principal: encode(mspRoleSchema, role) };
}

function refuse(text: string, why: string): LedgerError {
  return new LedgerError('POLICY_TEXT', `invalid policy string '${text}': ${why}`);
}
