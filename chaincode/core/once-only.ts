import { AcceptedOperations } from './accepted-operations.ts';
import type { OperationOutcome } from './batch.ts';
import { canonicalJson } from './canonical.ts';
import { errors } from './core-errors.ts';
import { IdPages, type ScopedId } from './id-pages.ts';
import type { AcceptedOperation, JsonObject } from './ledger.ts';
import { NotLoaded } from './not-loaded.ts';
import type { AnyOperation } from './operation.ts';
import type { OperationTable } from './operation-table.ts';
import type { Peer } from './peer.ts';
import type { StateBuffer } from './state-buffer.ts';
import type { UndoLog } from './undo-log.ts';

/** What once-only needs to know of an operation on its way through the pipeline. */
interface Attempt {
  readonly envelope: { readonly operation: string; readonly request: JsonObject | undefined };
  readonly row: { readonly operation: AnyOperation } | undefined;
  readonly id: string | undefined;
  readonly outcome: OperationOutcome | undefined;
}

/** What it needs of the ledger transaction. */
interface Context {
  readonly peer: Peer;
  readonly table: OperationTable;
  readonly state: StateBuffer;
  readonly undo: UndoLog;
  readonly now: string;
  readonly lane: { readonly sequence: number } | undefined;
}

/** Once-only on the ledger: an accepted id is final, with its payload and its result; a refused id is not used up. */
export class OnceOnly {
  readonly #context: Context;
  readonly #pages: IdPages;
  readonly #earlier: AcceptedOperations;
  /** Accepted in this batch, by scope and id. */
  readonly #claimed = new Map<string, Attempt>();

  constructor(context: Context) {
    this.#context = context;
    this.#pages = new IdPages(context.state);
    this.#earlier = new AcceptedOperations(context.peer, context.table);
  }

  /** Reads the id pages of all attempts, then the batch rows of those ids that were accepted before. */
  async prefetch(attempts: readonly Attempt[]): Promise<void> {
    await this.load(attempts.map(scopedId).filter((id) => id !== undefined));
  }

  /** Sees to it that ids are looked up together. */
  demand(ids: readonly ScopedId[]): void {
    if (ids.some((id) => !this.#pages.has(id))) throw new NotLoaded(() => this.load(ids));
  }

  /** The accepted operation with an id. */
  findAccepted(id: ScopedId): AcceptedOperation | undefined {
    this.demand([id]);
    return this.#findFirst(id);
  }

  async load(ids: readonly ScopedId[]): Promise<void> {
    await this.#pages.prefetch(ids);
    await this.#earlier.load(ids.map((id) => this.#pages.find(id)).filter((pointer) => pointer !== undefined));
  }

  /** The first outcome of an id that was accepted before. Refuses: CORE_EXISTS_WITH_DIFFERENT_PAYLOAD. */
  findReplay(attempt: Attempt): OperationOutcome | undefined {
    const id = scopedId(attempt);
    const first = id && this.#findFirst(id);
    if (id === undefined || first === undefined) return undefined;
    const ignored = attempt.row?.operation.onceOnly?.ignore ?? [];
    const isSame =
      first.operation === attempt.envelope.operation &&
      comparable(first.request, ignored) === comparable(attempt.envelope.request ?? {}, ignored);
    if (!isSame) throw errors.EXISTS_WITH_DIFFERENT_PAYLOAD({ scope: id.scope, id: id.id });
    return { outcome: 'replayed', result: first.result, transactionId: first.transactionId };
  }

  /** Marks the id of an accepted attempt as used; undone with its savepoint. */
  claim(attempt: Attempt): void {
    const id = scopedId(attempt);
    if (id === undefined) return;
    const name = nameOf(id);
    this.#claimed.set(name, attempt);
    this.#context.undo.push(() => this.#claimed.delete(name));
  }

  /** Buffers the id pages of what was accepted. */
  save(attempts: readonly Attempt[]): void {
    const accepted: Parameters<IdPages['add']>[0][number][] = [];
    attempts.forEach((attempt, entry) => {
      const id = scopedId(attempt);
      if (id !== undefined && attempt.outcome?.outcome === 'accepted') {
        accepted.push({ ...id, pointer: [this.#sequence(), entry] });
      }
    });
    this.#pages.add(accepted);
  }

  #findFirst(id: ScopedId): AcceptedOperation | undefined {
    const claimed = this.#claimed.get(nameOf(id));
    if (claimed !== undefined) return this.#claimedOperation(claimed);
    const pointer = this.#pages.find(id);
    return pointer && this.#earlier.get(pointer);
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

function scopedId(attempt: Attempt): ScopedId | undefined {
  const scope = attempt.row?.operation.onceOnly?.scope;
  return scope === undefined || attempt.id === undefined ? undefined : { scope, id: attempt.id };
}

function nameOf({ scope, id }: ScopedId): string {
  return `${scope}/${id}`;
}

function comparable(request: JsonObject, ignored: readonly string[]): string {
  return canonicalJson(Object.fromEntries(Object.entries(request).filter(([name]) => !ignored.includes(name))));
}
