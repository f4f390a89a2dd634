import type { DecodedRow } from '@tangram/network/ledger-format/batch-row.ts';
import { type DecodedIdPage, decodeIdPage } from '@tangram/network/ledger-format/other-rows.ts';
import { idNameOf, isAccepted } from './run-batch.ts';
import type { Model } from './state.ts';

/** A page of ids that a batch wrote. */
interface WrittenPage {
  /** `ids/<scope>/t<slice>/<digits>` or `ids/<scope>/h/<digits>`. */
  readonly key: string;
  readonly value: Uint8Array;
}

/** What stood in a page when it was written last: so many ids, or that it was split. */
type Known = number | 'split';

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const SLICE_MILLISECONDS = 2048;
/** Account ids that are longer than ids may be stand as the beginning of their digest. */
const DIGEST = /^[0-9a-f]{36}$/;

/** Pages may gain ids and be split; they never lose one, and never name one that was not accepted. */
export class IdPageChecks {
  readonly #known = new Map<string, Known>();
  /** By the key of its first page, how many ids of a slice of time were accepted. */
  readonly #slices = new Map<string, number>();

  /** Counts the ids that a batch accepted. */
  add({ lane, entries }: DecodedRow): void {
    for (const entry of entries) {
      const name = entry.outcome === 'accepted' ? idNameOf(entry) : undefined;
      if (name === undefined) continue;
      const slash = name.indexOf('/');
      const id = name.slice(slash + 1);
      if (!UUID_V7.test(id)) continue;
      const slice = Math.floor(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) / SLICE_MILLISECONDS);
      const root = `${lane}/ids/${name.slice(0, slash)}/t${slice.toString(16).padStart(10, '0')}/`;
      this.#slices.set(root, (this.#slices.get(root) ?? 0) + 1);
    }
  }

  check(model: Model, { lane, sequence }: DecodedRow, { key, value }: WrittenPage): string[] {
    const name = `${lane} ${sequence} ${key}`;
    let page: DecodedIdPage;
    try {
      page = decodeIdPage(value);
    } catch (error) {
      return [`${name} cannot be read: ${(error as Error).message}`];
    }
    const before = this.#known.get(`${lane}/${key}`) ?? 0;
    this.#known.set(`${lane}/${key}`, 'split' in page ? 'split' : page.ids.length);
    if ('split' in page) return [];
    const problems: string[] = [];
    const count = page.ids.length;
    if (before === 'split' || count < before) problems.push(`${name} holds ${count} ids, it had ${before}`);
    const accepted = this.#slices.get(`${lane}/${key}`) ?? count;
    if (accepted !== count) problems.push(`${name} holds ${count} ids of ${accepted}`);
    const scope = key.split('/')[1] ?? '';
    for (const { id, sequence: batch } of page.ids) {
      if (batch > sequence) problems.push(`${name} says that ${id} was accepted in ${batch}`);
      const isKnown = (scope === 'account' && DIGEST.test(id)) || isAccepted(model, lane, `${scope}/${id}`);
      if (!isKnown) problems.push(`${name} holds ${id}, which was not accepted`);
    }
    return problems;
  }
}
