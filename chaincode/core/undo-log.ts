/** Steps that undo buffered changes, newest last: a savepoint is a length of this list. */
export class UndoLog {
  readonly #steps: (() => void)[] = [];

  savepoint(): number {
    return this.#steps.length;
  }

  push(undo: () => void): void {
    this.#steps.push(undo);
  }

  /** Forgets all steps: what was done so far stays. */
  release(): void {
    this.#steps.length = 0;
  }

  /** Undoes everything since the savepoint, newest first. */
  rollBack(savepoint: number): void {
    while (this.#steps.length > savepoint) this.#steps.pop()?.();
  }
}
