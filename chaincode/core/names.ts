import type { LaneKind } from './operation.ts';

/** The commercial banks of a network whose consortium has written no registry of banks yet, in the order of every list. */
export const FOUNDING_BANKS = ['cedar', 'maple', 'pine', 'willow'] as const;

/** Namespaces that belong to no commercial bank; the central bank writes both lanes. */
const COMMON: ReadonlyMap<string, LaneKind> = new Map([
  ['centralbank', 'centralbank'],
  ['consortium', 'consortium'],
]);

const NAME = /^[a-z][a-z0-9]{0,31}$/;

/** Owner and kind of a namespace; undefined for what is no name of an organisation. Whether a bank is one, banks.ts tells. */
export function namespaceOwner(namespace: string): { readonly mspId: string; readonly kind: LaneKind } | undefined {
  if (!NAME.test(namespace)) return undefined;
  const kind = COMMON.get(namespace);
  const owner = kind === undefined ? namespace : 'centralbank';
  return { mspId: `${owner.charAt(0).toUpperCase()}${owner.slice(1)}MSP`, kind: kind ?? 'bank' };
}

/** The MSP of an organisation's namespace. Throws for what is no name. */
export function mspIdOf(namespace: string): string {
  const owner = namespaceOwner(namespace);
  if (owner === undefined) throw new Error(`unknown namespace ${namespace}`);
  return owner.mspId;
}
