import { createHash } from 'node:crypto';
import type { DecodedRow } from '@tangram/network/ledger-format/batch-row.ts';
import { type DecodedIdPage, decodeIdPage } from '@tangram/network/ledger-format/other-rows.ts';
import { idNameOf, isAccepted } from './run-batch.ts';
import type { Model } from './state.ts';

/** A page of ids that a batch wrote. */
interface WrittenPage {
  /** `ids/<scope>/t<slice>/<digits>` or `ids/<scope>/i/<id>`. */
  readonly key: string;
  readonly value: Uint8Array;
}

/** What stood in a page when it was written last: so many ids, or that it was split. */
type Known = number | 'split';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SLICE_MILLISECONDS = 2048;

/** Under which name an id stands: account ids that are longer than ids may be by the beginning of their SHA-256. */
const ownNameOf = (scope: string, id: string) =>
  scope === 'account' && id.length > 36 ? createHash('sha256').update(id).digest('hex').slice(0, 36) : id;

/** Places that a batch may have, so that sequence and place make one number. */
const PLACES_MAX = 16_384;

/** What batches accepted of a slice of time. */
interface Slice {
  count: number;
  /** How ids end that no index has told of yet, by where they were accepted. */
  readonly endings: Map<number, string>;
}

/** `ids/<scope>/i/<id>`: where an id without a time stands alone. */
const OWN_PAGE = /^ids\/[^/]+\/i\/([^/]+)$/;

/** Pages may gain ids and be split; they never lose one, and never name one that was not accepted. */
export class IdPageChecks {
  readonly #known = new Map<string, Known>();
  /** By page, the index that it was first written with. */
  readonly #indexes = new Map<string, string>();
  /** By the key of its first page. */
  readonly #slices = new Map<string, Slice>();
  /** Pages that the last batch must have written, each for one id without a time, and the place that it names. */
  readonly #owed = new Map<string, number>();

  /** Counts the ids that a batch accepted. */
  add({ lane, sequence, entries }: DecodedRow): void {
    this.#owed.clear();
    for (const [place, entry] of entries.entries()) {
      const name = entry.outcome === 'accepted' ? idNameOf(entry) : undefined;
      if (name === undefined) continue;
      const slash = name.indexOf('/');
      const id = name.slice(slash + 1);
      if (!UUID_V7.test(id)) {
        this.#owed.set(`ids/${name.slice(0, slash)}/i/${ownNameOf(name.slice(0, slash), id)}`, place);
        continue;
      }
      const number = Math.floor(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / SLICE_MILLISECONDS);
      const root = `${lane}/ids/${name.slice(0, slash)}/t${number.toString(16).padStart(10, '0')}/`;
      const slice = this.#slices.get(root) ?? { count: 0, endings: new Map() };
      this.#slices.set(root, slice);
      slice.count += 1;
      slice.endings.set(sequence * PLACES_MAX + place, id.slice(-8));
    }
  }

  /** What the batch that was added last left out, once all its pages were checked. */
  findMissing({ lane, sequence }: DecodedRow): string[] {
    return [...this.#owed.keys()].map((key) => `${lane} ${sequence} accepted an id and wrote no ${key}`);
  }

  check(model: Model, { lane, sequence }: DecodedRow, { key, value }: WrittenPage): string[] {
    const name = `${lane} ${sequence} ${key}`;
    let page: DecodedIdPage;
    try {
      page = decodeIdPage(value);
    } catch (error) {
      return [`${name} cannot be read: ${(error as Error).message}`];
    }
    const problems = this.#checkIndex(`${lane}/${key}`, page).map((problem) => `${name} ${problem}`);
    const own = OWN_PAGE.exec(key)?.[1];
    if (own !== undefined) return [...problems, ...this.#checkOwnPage(page, { name, key, own, sequence })];
    const before = this.#known.get(`${lane}/${key}`) ?? 0;
    const count = (page.index?.length ?? 0) + ('split' in page ? 0 : page.ids.length);
    this.#known.set(`${lane}/${key}`, 'split' in page ? 'split' : count);
    if ('split' in page) return problems;
    if (before === 'split' || count < before) problems.push(`${name} holds ${count} ids, it had ${before}`);
    const accepted = this.#slices.get(`${lane}/${key}`)?.count ?? count;
    if (accepted !== count) problems.push(`${name} holds ${count} ids of ${accepted}`);
    const scope = key.split('/')[1] ?? '';
    for (const { id, sequence: batch } of page.ids) {
      if (batch > sequence) problems.push(`${name} says that ${id} was accepted in ${batch}`);
      if (!isAccepted(model, lane, `${scope}/${id}`)) problems.push(`${name} holds ${id}, which was not accepted`);
    }
    return problems;
  }

  /** A page for one id is written by the batch that accepts it, names its place there, and is never written again. */
  #checkOwnPage(
    page: DecodedIdPage,
    { name, key, own, sequence }: { name: string; key: string; own: string; sequence: number },
  ): string[] {
    const place = this.#owed.get(key);
    this.#owed.delete(key);
    if (place === undefined) return [`${name} is written for an id that the batch did not accept`];
    const [first, ...rest] = 'split' in page ? [] : page.ids;
    const isRight = first?.id === own && first.sequence === sequence && first.entry === place && rest.length === 0;
    return isRight ? [] : [`${name} does not hold its id alone, as accepted in ${sequence}/${place}`];
  }

  /** An index is written once and never changes; each place that it tells of is one where an id ends so. */
  #checkIndex(page: string, { index = [] }: DecodedIdPage): string[] {
    const text = index.map(({ ending, sequence, entry }) => `${ending} ${sequence} ${entry}`).join();
    const before = this.#indexes.get(page);
    const digest = createHash('sha256').update(text).digest('hex');
    if (before !== undefined) return before === digest ? [] : ['has another index than before'];
    if (index.length === 0) return [];
    this.#indexes.set(page, digest);
    const { endings = new Map<number, string>() } = this.#slices.get(page.slice(0, page.lastIndexOf('/') + 1)) ?? {};
    return index.flatMap(({ ending, sequence, entry }) => {
      const place = sequence * PLACES_MAX + entry;
      const isRight = endings.get(place) === ending;
      endings.delete(place);
      return isRight
        ? []
        : [`tells of an id that ends with ${ending} at ${sequence}/${entry}, where none was accepted`];
    });
  }
}
