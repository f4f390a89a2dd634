import { createHash } from 'node:crypto';

// RFC 9162, 2.1.1: leaves and nodes are hashed under different first bytes, so neither can be passed off as the other.
const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** Hash of a leaf's bytes. */
export function hashLeaf(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(LEAF).update(bytes).digest();
}

function hashNode(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE).update(left).update(right).digest();
}

/** Root over leaf hashes, at least one; a tree splits at the largest power of two below its size. */
export function treeRoot(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length === 0) throw new RangeError('a tree has at least one leaf');
  if (leaves.length === 1) return leaves[0] as Uint8Array;
  const split = splitOf(leaves.length);
  return hashNode(treeRoot(leaves.slice(0, split)), treeRoot(leaves.slice(split)));
}

/** Hashes beside the way from a leaf to the root, the leaf's neighbour first. */
export function auditPath(leaves: readonly Uint8Array[], index: number): Uint8Array[] {
  if (leaves.length <= 1) return [];
  const split = splitOf(leaves.length);
  return index < split
    ? [...auditPath(leaves.slice(0, split), index), treeRoot(leaves.slice(split))]
    : [...auditPath(leaves.slice(split), index - split), treeRoot(leaves.slice(0, split))];
}

interface LeafPlace {
  readonly index: number;
  readonly size: number;
}

/** The root that a leaf at a place and its path lead to; undefined when the path has another length than the place. */
export function rootFromPath(
  leaf: Uint8Array,
  { index, size }: LeafPlace,
  path: readonly Uint8Array[],
): Uint8Array | undefined {
  if (size <= 1) return path.length === 0 ? leaf : undefined;
  const [rest, last] = [path.slice(0, -1), path.at(-1)];
  if (last === undefined) return undefined;
  const split = splitOf(size);
  if (index < split) {
    const left = rootFromPath(leaf, { index, size: split }, rest);
    return left && hashNode(left, last);
  }
  const right = rootFromPath(leaf, { index: index - split, size: size - split }, rest);
  return right && hashNode(last, right);
}

function splitOf(size: number): number {
  let split = 1;
  while (split * 2 < size) split *= 2;
  return split;
}
