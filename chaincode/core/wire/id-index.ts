import type { Pointer } from '../id-pages.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

/*
 * An index of UUIDs: batch by batch, in their order, the sequence less the one before, the count of its ids and for each
 * in order of their places: its place less the one before, and the last four bytes of the id. No two ids of an index end
 * alike, so what it tells of an id is one place in one batch row, where the whole id stands; it may be another one.
 */

/** The ids as an index, but for those that end as another one does: these must stand whole. */
export function encodeIndex(ids: ReadonlyMap<string, Pointer>): { index: Buffer; others: Map<string, Pointer> } {
  const count = new Map<number, number>();
  for (const id of ids.keys()) {
    const ending = endingOf(id);
    count.set(ending, (count.get(ending) ?? 0) + 1);
  }
  const others = new Map<string, Pointer>();
  const batches = new Map<number, [place: number, ending: number][]>();
  for (const [id, [sequence, place]] of ids) {
    const ending = endingOf(id);
    const batch = batches.get(sequence) ?? [];
    if (count.get(ending) === 1) {
      batches.set(sequence, batch);
      batch.push([place, ending]);
    } else others.set(id, [sequence, place]);
  }
  const writer = new ByteWriter(ids.size * 6 + 16);
  let before = 0;
  for (const [sequence, batch] of [...batches].sort(([one], [other]) => one - other)) {
    writer.varint(sequence - before);
    before = sequence;
    writeBatch(writer, batch);
  }
  return { index: writer.toBuffer(), others };
}

function writeBatch(writer: ByteWriter, batch: [place: number, ending: number][]): void {
  writer.varint(batch.length);
  let last = 0;
  for (const [place, ending] of batch.sort(([one], [other]) => one - other)) {
    writer.varint(place - last);
    writer.uint32(ending);
    last = place;
  }
}

/** What an index tells: each id's last eight hex digits, and where it was accepted. */
export function* readIndex(index: Uint8Array): Generator<{ readonly ending: number; readonly pointer: Pointer }> {
  const reader = new ByteReader(index);
  let sequence = 0;
  while (!reader.isAtEnd) {
    sequence += reader.varint();
    let place = 0;
    for (let rest = reader.varint(); rest > 0; rest -= 1) {
      place += reader.varint();
      yield { ending: reader.uint32(), pointer: [sequence, place] };
    }
  }
}

/** Where an id was accepted, if it is in the index: the row tells. */
export function findInIndex(index: Uint8Array, id: string): Pointer | undefined {
  const wanted = endingOf(id);
  for (const { ending, pointer } of readIndex(index)) if (ending === wanted) return pointer;
  return undefined;
}

const endingOf = (id: string): number => Number.parseInt(id.slice(-8), 16);
