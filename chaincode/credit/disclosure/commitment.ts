import { createHash, createHmac } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { canonicalJson } from '../../core/canonical.ts';
import { AccountId, BankName, Digest, strict } from '../../core/fields.ts';
import { bandOf, boundsOf, type CreditRecord, type FieldValue, type Kind } from '../data/fields.ts';
import { auditPath, hashLeaf, treeRoot } from './merkle-tree.ts';

export const KindName = Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}$', description: 'Kind of credit data.' });

/** What a commitment is bound to: no proof out of one context holds in another. */
export const Context = Type.Object(
  {
    owner: BankName,
    subjectId: AccountId,
    kind: KindName,
    schemaVersion: Type.Integer({ minimum: 1 }),
    reference: Type.String({
      pattern: '^[A-Za-z0-9-]{1,36}$',
      description: 'Version of the data, or id of the score.',
    }),
  },
  strict,
);
export type Context = Static<typeof Context>;

/** One field, or its band, opened: what a verifier needs beside the public commitment. */
export const Disclosure = Type.Object(
  {
    leaf: Type.String({ pattern: '^[a-z][A-Za-z0-9]{0,39}([.]band)?$', description: 'A field, or <field>.band.' }),
    value: Type.Union([Type.String({ maxLength: 500 }), Type.Integer(), Type.Null()]),
    salt: Digest,
    path: Type.Array(Digest, { maxItems: 16 }),
  },
  strict,
);
export type Disclosure = Static<typeof Disclosure>;

/** 32 secret bytes in hex, new for every version of a record; all its salts follow from them. */
export const RecordSecret = Digest;

const BAND = '.band';

/** Names of a kind's leaves in their fixed order: each field, and after it its band where it has bands. */
export function layoutOf(kind: Kind): string[] {
  return Object.entries(kind.fields).flatMap(([name, field]) => {
    return boundsOf(field) === undefined ? [name] : [name, `${name}${BAND}`];
  });
}

/** The field that a leaf tells something about. */
export function fieldOfLeaf(leaf: string): string {
  return leaf.endsWith(BAND) ? leaf.slice(0, -BAND.length) : leaf;
}

/** Salts of one record tell nothing of each other, so that opening one leaf opens no other. */
export function saltOf(secret: string, leaf: string): string {
  return createHmac('sha256', Buffer.from(secret, 'hex')).update(`tangram/credit-leaf/v1\n${leaf}`).digest('hex');
}

/** Hash of a leaf: its context, its name, its salt and its value, as canonical JSON, which only one quadruple writes. */
export function leafOf(context: Context, { leaf, salt, value }: Omit<Disclosure, 'path'>): Buffer {
  return hashLeaf(Buffer.from(canonicalJson([context, leaf, salt, value])));
}

/** The public commitment (hex) over a tree's root, its size and its context. */
export function commitmentOf(context: Context, size: number, root: Uint8Array): string {
  return createHash('sha256')
    .update(Buffer.of(2))
    .update(canonicalJson([context, size, Buffer.from(root).toString('hex')]))
    .digest('hex');
}

export interface Committed {
  readonly commitment: string;
  /** Opens leaves of the record, in the order asked. Throws at a leaf that the kind does not have. */
  disclose(leaves: readonly string[]): Disclosure[];
}

/** Commits to every field of a record, absent ones as null, and to the band of every figure that has bands. */
export function commit(
  { context, kind }: { readonly context: Context; readonly kind: Kind },
  record: CreditRecord,
  secret: string,
): Committed {
  const layout = layoutOf(kind);
  const opened = layout.map((leaf) => ({ leaf, salt: saltOf(secret, leaf), value: valueOfLeaf(kind, record, leaf) }));
  const hashes = opened.map((one) => leafOf(context, one));
  return {
    commitment: commitmentOf(context, hashes.length, treeRoot(hashes)),
    disclose: (leaves) =>
      leaves.map((leaf) => {
        const index = layout.indexOf(leaf);
        const one = opened[index];
        if (one === undefined) throw new RangeError(`no leaf ${leaf}`);
        return { ...one, path: auditPath(hashes, index).map((hash) => Buffer.from(hash).toString('hex')) };
      }),
  };
}

function valueOfLeaf(kind: Kind, record: CreditRecord, leaf: string): FieldValue {
  const name = fieldOfLeaf(leaf);
  const value = record[name] ?? null;
  return leaf === name ? value : bandOf(kind.fields[name]!, value);
}
