import { checker } from '../../core/schema.ts';
import { limitsOfBand } from '../data/fields.ts';
import { findKind } from '../data/kinds.ts';
import { type Context, commitmentOf, Disclosure, fieldOfLeaf, layoutOf, leafOf } from './commitment.ts';
import { rootFromPath } from './merkle-tree.ts';

/** What the ledger holds of a record: its context and its commitment. */
export interface PublicCommitment {
  readonly context: Context;
  readonly commitment: string;
}

const isDisclosure = checker(Disclosure);

/**
 * True when a disclosed field, or band, is the one that the commitment was made over. Needs nothing but its arguments,
 * so anybody can run it anywhere. A leaf's place follows from its name, so an owner cannot commit to two values of it.
 */
export function verifyDisclosure({ context, commitment }: PublicCommitment, disclosure: unknown): boolean {
  const kind = findKind(context.kind, context.schemaVersion);
  if (kind === undefined || !isDisclosure(disclosure)) return false;
  // Past 2^53 two numbers are written alike, so nothing was ever committed to there.
  if (typeof disclosure.value === 'number' && !Number.isSafeInteger(disclosure.value)) return false;
  const layout = layoutOf(kind);
  const index = layout.indexOf(disclosure.leaf);
  if (index < 0) return false;
  const path = disclosure.path.map((hash) => Buffer.from(hash, 'hex'));
  const root = rootFromPath(leafOf(context, disclosure), { index, size: layout.length }, path);
  return root !== undefined && commitmentOf(context, layout.length, root) === commitment;
}

/**
 * The limits that a disclosed band proves of its figure: not less than `from`, and less than `below`; either may be
 * open. Undefined where the disclosure proves no band, or that the figure is not known.
 */
export function provenLimits(
  published: PublicCommitment,
  disclosure: Disclosure,
): { readonly from?: bigint; readonly below?: bigint } | undefined {
  const { leaf, value } = disclosure;
  const name = fieldOfLeaf(leaf);
  if (leaf === name || typeof value !== 'number' || !verifyDisclosure(published, disclosure)) return undefined;
  const { kind, schemaVersion } = published.context;
  return limitsOfBand(findKind(kind, schemaVersion)!.fields[name]!, value);
}
