import type { LaneKind } from './operation.ts';

/** The commercial banks; their order is the order of every list that names them. */
export const BANKS = ['cedar', 'maple', 'pine', 'willow'] as const;
export type Bank = (typeof BANKS)[number];

/** Namespaces and the MSP whose clients may write their lanes. */
const OWNERS: ReadonlyMap<string, { readonly mspId: string; readonly kind: LaneKind }> = new Map([
  ['cedar', { mspId: 'CedarMSP', kind: 'bank' }],
  ['maple', { mspId: 'MapleMSP', kind: 'bank' }],
  ['pine', { mspId: 'PineMSP', kind: 'bank' }],
  ['willow', { mspId: 'WillowMSP', kind: 'bank' }],
  ['centralbank', { mspId: 'CentralbankMSP', kind: 'centralbank' }],
  ['consortium', { mspId: 'CentralbankMSP', kind: 'consortium' }],
]);

/** True for a commercial bank of the network. */
export function isBank(name: string): name is Bank {
  return (BANKS as readonly string[]).includes(name);
}

/** Owner and kind of a namespace; undefined for a name that is none of ours. */
export function namespaceOwner(namespace: string): { readonly mspId: string; readonly kind: LaneKind } | undefined {
  return OWNERS.get(namespace);
}

/** The MSP of an organisation's namespace. Throws for an unknown name. */
export function mspIdOf(namespace: string): string {
  const owner = OWNERS.get(namespace);
  if (owner === undefined) throw new Error(`unknown namespace ${namespace}`);
  return owner.mspId;
}
