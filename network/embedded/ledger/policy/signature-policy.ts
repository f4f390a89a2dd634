import { LedgerError } from '../errors.ts';
import { sameBytes } from '../hashing.ts';
import type { Identity, MspManager, MspRole, PolicyReport } from '../types.ts';
import { decode } from '../wire/codec.ts';
import {
  type MspPrincipal,
  type MspRoleMessage,
  mspRoleSchema,
  type OrganizationUnitMessage,
  organizationUnitSchema,
  type SignaturePolicy,
  type SignaturePolicyEnvelope,
} from '../wire/policy.ts';

/** A policy ready to be asked; identities come without repetition and with their signatures verified. */
export type Policy = {
  evaluate(identities: readonly Identity[]): boolean;
  /** The policy's tree with what was signed and what was missing. */
  report(identities: readonly Identity[]): PolicyReport;
};

type Principal = { name: string; mspId: string; test(identity: Identity): boolean };
type Rule = {
  /** Marks the identities it uses up, so that none counts twice. */
  take(identities: readonly Identity[], used: boolean[]): boolean;
  report(identities: readonly Identity[]): PolicyReport;
};

const roles: MspRole[] = ['MEMBER', 'ADMIN', 'CLIENT', 'PEER', 'ORDERER'];
const ROLE = 0;
const ORGANIZATION_UNIT = 1;
const IDENTITY = 2;

/** Makes a signature policy ready; throws MALFORMED where a peer could not compile it. */
export function compileSignaturePolicy(envelope: SignaturePolicyEnvelope, mspManager: MspManager): Policy {
  const principals = envelope.identities.map((principal) => readPrincipal(principal, mspManager));
  const rule = compileRule(envelope.rule, principals);
  return {
    evaluate: (identities) => rule.take(identities, new Array(identities.length).fill(false)),
    report: (identities) => ({
      ...rule.report(identities),
      satisfied: rule.take(identities, new Array(identities.length).fill(false)),
    }),
  };
}

/** MSP ids named anywhere in the principals: the member organisations when the policy is a collection's. */
export function principalMspIds(envelope: SignaturePolicyEnvelope, mspManager: MspManager): string[] {
  const ids = envelope.identities.map((principal) => readPrincipal(principal, mspManager).mspId);
  return [...new Set(ids)].filter((id) => id !== '');
}

function compileRule(rule: SignaturePolicy | undefined, principals: Principal[]): Rule {
  if (!rule) throw new LedgerError('MALFORMED', 'Empty policy element');
  if (rule.nOutOf) {
    const rules = rule.nOutOf.rules.map((child) => compileRule(child, principals));
    return nOutOf(rule.nOutOf.n, rules);
  }
  if (rule.signedBy === undefined) throw new LedgerError('MALFORMED', 'Unknown type: <nil>');
  const principal = principals[rule.signedBy];
  if (!principal) {
    throw new LedgerError(
      'MALFORMED',
      `identity index out of range, requested ${rule.signedBy}, but identities length is ${principals.length}`,
    );
  }
  return signedBy(principal);
}

function nOutOf(count: number, rules: Rule[]): Rule {
  return {
    take(identities, used) {
      let satisfied = 0;
      for (const rule of rules) {
        const attempt = [...used];
        if (!rule.take(identities, attempt)) continue;
        satisfied += 1;
        for (const [index, value] of attempt.entries()) used[index] = value;
      }
      return satisfied >= count;
    },
    report(identities) {
      const children = rules.map((rule) => rule.report(identities));
      return {
        policy: `OutOf(${[count, ...children.map(({ policy }) => policy)].join(', ')})`,
        satisfied: children.filter(({ satisfied }) => satisfied).length >= count,
        signed: children.flatMap(({ signed }) => signed),
        missing: children.flatMap(({ missing }) => missing),
        children,
      };
    },
  };
}

function signedBy(principal: Principal): Rule {
  return {
    take(identities, used) {
      const index = identities.findIndex((identity, at) => !used[at] && principal.test(identity));
      if (index < 0) return false;
      used[index] = true;
      return true;
    },
    report(identities) {
      const satisfied = identities.some((identity) => principal.test(identity));
      const name = `'${principal.name}'`;
      return {
        policy: name,
        satisfied,
        signed: satisfied ? [principal.name] : [],
        missing: satisfied ? [] : [principal.name],
        children: [],
      };
    },
  };
}

function readPrincipal(principal: MspPrincipal, mspManager: MspManager): Principal {
  switch (principal.principalClassification) {
    case ROLE: {
      const { mspIdentifier, role } = decode<MspRoleMessage>(mspRoleSchema, principal.principal);
      const name = roles[role];
      return {
        name: `${mspIdentifier}.${name?.toLowerCase() ?? `role${role}`}`,
        mspId: mspIdentifier,
        test: (identity) => name !== undefined && identity.mspId === mspIdentifier && identity.hasRole(name),
      };
    }
    case ORGANIZATION_UNIT: {
      const unit = decode<OrganizationUnitMessage>(organizationUnitSchema, principal.principal);
      const name = unit.organizationalUnitIdentifier;
      return {
        name: `${unit.mspIdentifier}.OU=${name}`,
        mspId: unit.mspIdentifier,
        test: (identity) =>
          identity.mspId === unit.mspIdentifier &&
          identity.invalidReason === undefined &&
          identity.organizationalUnits.includes(name),
      };
    }
    case IDENTITY:
      return identityPrincipal(principal.principal, mspManager);
    default:
      return { name: `principal ${principal.principalClassification}`, mspId: '', test: () => false };
  }
}

function identityPrincipal(serialized: Uint8Array, mspManager: MspManager): Principal {
  let wanted: Identity | undefined;
  try {
    wanted = mspManager.deserialize(serialized);
  } catch {
    // As in Fabric, a principal that cannot be read is one that nobody satisfies.
  }
  return {
    name: wanted ? `${wanted.mspId}.${wanted.id.slice(0, 16)}` : 'unreadable identity',
    mspId: wanted?.mspId ?? '',
    test: (identity) =>
      wanted !== undefined &&
      wanted.invalidReason === undefined &&
      sameBytes(identity.certificate.raw, wanted.certificate.raw),
  };
}
