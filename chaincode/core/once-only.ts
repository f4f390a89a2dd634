import { AcceptedOperations } from './accepted-operations.ts';
import type { OperationOutcome } from './batch.ts';
import type { LaneMemory } from './book/lane-memory.ts';
import { canonicalJson } from './canonical.ts';
import { errors } from './core-errors.ts';
import { IdPages, type Pointer } from './id-pages.ts';
import { errors as laneErrors } from './lane-errors.ts';
import type { AcceptedOperation, JsonObject } from './ledger.ts';
import { NotLoaded } from './not-loaded.ts';
import type { AnyOperation } from './operation.ts';
import type { OperationTable } from './operation-table.ts';
import type { Peer } from './peer.ts';
import type { RecentIds, ScopedId } from './recent-ids.ts';
import type { StateBuffer } from './state-buffer.ts';
import type { UndoLog } from './undo-log.ts';

/** What once-only needs to know of an operation on its way through the pipeline. */
interface Attempt {
  readonly envelope: { readonly operation: string; readonly request: JsonObject | undefined };
  readonly row: { readonly operation: AnyOperation } | undefined;
  readonly id: ScopedId | undefined;
  readonly outcome: OperationOutcome | undefined;
}

/**
 * Earlier batch rows that one batch may open for repetitions and references: each is up to several megabytes, and
 * whoever repeats or refunds old payments chooses how many. What lies in others is given back, to be sent again.
 */
const EARLIER_ROWS_MAX = 128;

/** What it needs of the ledger transaction. */
interface Context {
  readonly peer: Peer;
  readonly table: OperationTable;
  readonly state: StateBuffer;
  readonly memory: LaneMemory;
  readonly undo: UndoLog;
  /** The ids of open slices; throws NotLoaded where the lane's memory is not there yet. */
  readonly recentIds: RecentIds;
  readonly now: string;
  readonly lane: { readonly sequence: number } | undefined;
}

/** Once-only on the ledger: an accepted id is final, with its payload and its result; a refused id is not used up. */
export class OnceOnly {
  readonly #context: Context;
  readonly #pages: IdPages;
  readonly #earlier: AcceptedOperations;
  /** Accepted in this batch, by scope and id. */
  readonly #claimed = new Map<string, Map<string, Attempt>>();
  /** Earlier batches that were opened, one by one. */
  readonly #opened = new Set<number>();
  /** Repetitions whose first outcome lies in a row too many. */
  readonly #far = new Set<string>();

  constructor(context: Context) {
    this.#context = context;
    this.#pages = new IdPages(context.state);
    this.#earlier = new AcceptedOperations(context);
  }

  /** Reads the id pages of all attempts, then the batch rows of those ids that were accepted before. */
  async prefetch(attempts: readonly Attempt[]): Promise<void> {
    const ids = attempts.map(({ id }) => id).filter((id) => id !== undefined);
    await this.#loadPages(ids);
    const near: Pointer[] = [];
    for (const id of ids) {
      const pointer = this.#pointerOf(id);
      if (pointer === undefined) continue;
      if (this.#mayOpen(pointer)) near.push(pointer);
      else this.#far.add(nameOf(id));
    }
    await this.#earlier.load(near);
  }

  /** Sees to it that ids are looked up together, in however many rows they lie. */
  demand(ids: readonly ScopedId[]): void {
    if (!ids.every((id) => this.#isPaged(id) && this.#isOpened(id))) throw new NotLoaded(() => this.#load(ids));
  }

  /** The accepted operation with an id. Refuses: REPLAY_FAR. */
  findAccepted(id: ScopedId): AcceptedOperation | undefined {
    if (!this.#isPaged(id)) throw new NotLoaded(() => this.#loadPages([id]));
    const pointer = this.#pointerOf(id);
    if (pointer !== undefined && !this.#earlier.has(pointer)) {
      if (!this.#mayOpen(pointer)) throw laneErrors.REPLAY_FAR({ id: id.id });
      throw new NotLoaded(() => this.#earlier.load([pointer]));
    }
    return this.#findFirst(id);
  }

  async #load(ids: readonly ScopedId[]): Promise<void> {
    await this.#loadPages(ids);
    await this.#earlier.load(ids.map((id) => this.#pointerOf(id)).filter((pointer) => pointer !== undefined));
  }

  /** True when it is known where the id was accepted, if it was. */
  #isPaged(id: ScopedId): boolean {
    return this.#context.recentIds.isOpen(id) || this.#pages.has(id);
  }

  #isOpened(id: ScopedId): boolean {
    const pointer = this.#pointerOf(id);
    return pointer === undefined || this.#earlier.has(pointer);
  }

  // Counted by what the batch asks for, never by what is in memory: endorsers must give back the same.
  #mayOpen([sequence]: Pointer): boolean {
    if (this.#opened.size < EARLIER_ROWS_MAX) this.#opened.add(sequence);
    return this.#opened.has(sequence);
  }

  async #loadPages(ids: readonly ScopedId[]): Promise<void> {
    const { recentIds } = this.#context;
    await this.#pages.prefetch(ids.filter((id) => !recentIds.isOpen(id)));
  }

  // Where the id was accepted, if it was. An id of an open slice stands in memory, or nowhere.
  #pointerOf(id: ScopedId): Pointer | undefined {
    return this.#context.recentIds.isOpen(id) ? this.#context.recentIds.find(id) : this.#pages.find(id);
  }

  /** The first outcome of an id that was accepted before. Refuses, in order: REPLAY_FAR, EXISTS_WITH_DIFFERENT_PAYLOAD. */
  findReplay(attempt: Attempt): OperationOutcome | undefined {
    const { id } = attempt;
    if (id !== undefined && this.#far.size > 0 && this.#far.has(nameOf(id))) throw laneErrors.REPLAY_FAR({ id: id.id });
    const first = id && this.#findFirst(id);
    if (id === undefined || first === undefined) return undefined;
    const ignored = attempt.row?.operation.onceOnly?.ignore ?? [];
    const isSame =
      first.operation === attempt.envelope.operation &&
      isSameRequest(first.request, attempt.envelope.request ?? {}, ignored);
    if (!isSame) throw errors.EXISTS_WITH_DIFFERENT_PAYLOAD({ scope: id.scope, id: id.id });
    return { outcome: 'replayed', result: first.result, transactionId: first.transactionId };
  }

  /** Marks the id of an accepted attempt as used; undone with its savepoint. */
  claim(attempt: Attempt): void {
    if (attempt.id === undefined) return;
    const { scope, id } = attempt.id;
    let claimed = this.#claimed.get(scope);
    if (claimed === undefined) {
      claimed = new Map();
      this.#claimed.set(scope, claimed);
    }
    const ids = claimed;
    ids.set(id, attempt);
    this.#context.undo.push(() => ids.delete(id));
  }

  /** Puts the ids of what was accepted into memory or pages; gives what the head and the memory keep of them. */
  save(attempts: readonly Attempt[]): Pick<ReturnType<RecentIds['finish']>, 'state' | 'added'> {
    const { recentIds } = this.#context;
    const accepted: Parameters<IdPages['add']>[0][number][] = [];
    attempts.forEach((attempt, entry) => {
      const { id } = attempt;
      if (id !== undefined && attempt.outcome?.outcome === 'accepted') {
        const pointer: Pointer = [this.#sequence(), entry];
        const isRecent = recentIds.isOpen(id) || (recentIds.mayOpen(id) && !this.#pages.hasPage(id));
        if (isRecent) recentIds.add(id, pointer);
        else accepted.push({ ...id, pointer });
      }
    });
    this.#pages.add(accepted);
    const { closed, ...kept } = recentIds.finish();
    for (const { scope, slice, ids } of closed) this.#pages.addSlice(scope, slice, ids);
    return kept;
  }

  #findFirst(id: ScopedId): AcceptedOperation | undefined {
    const claimed = this.#claimed.get(id.scope)?.get(id.id);
    if (claimed !== undefined) return this.#claimedOperation(claimed);
    const pointer = this.#pointerOf(id);
    const first = pointer && this.#earlier.get(pointer);
    return first !== undefined && this.#isOf(first, id) ? first : undefined;
  }

  // An index may point at another id that ends alike.
  #isOf({ operation, request }: AcceptedOperation, { scope, id }: ScopedId): boolean {
    const onceOnly = this.#context.table.find(operation)?.operation.onceOnly;
    return onceOnly?.scope === scope && onceOnly.id(request as never) === id;
  }

  #claimedOperation({ envelope, outcome }: Attempt): AcceptedOperation {
    if (outcome?.outcome !== 'accepted') throw new Error('an id was claimed before its operation was accepted');
    const { operation, request = {} } = envelope;
    const { peer, now: time } = this.#context;
    const result = outcome.result as JsonObject;
    return { operation, sequence: this.#sequence(), transactionId: peer.transactionId, time, request, result };
  }

  #sequence(): number {
    if (this.#context.lane === undefined) throw new Error('only a lane batch claims ids');
    return this.#context.lane.sequence;
  }
}

function nameOf({ scope, id }: ScopedId): string {
  return `${scope}/${id}`;
}

function isSameRequest(one: JsonObject, other: JsonObject, ignored: readonly string[]): boolean {
  try {
    return comparable(one, ignored) === comparable(other, ignored);
  } catch (error) {
    // A number that canonical JSON cannot hold is the sender's to answer for, not its neighbours'.
    if (error instanceof TypeError) return false;
    throw error;
  }
}

function comparable(request: JsonObject, ignored: readonly string[]): string {
  return canonicalJson(Object.fromEntries(Object.entries(request).filter(([name]) => !ignored.includes(name))));
}
