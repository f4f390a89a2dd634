/** Strings that come again and again in one batch, each written once and named by its number. */
export class NameTable {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[];

  constructor(names: readonly string[] = []) {
    this.#names = [...names];
    for (const [number, name] of names.entries()) this.#numbers.set(name, number);
  }

  get names(): readonly string[] {
    return this.#names;
  }

  /** The number of a name, a new one when it was not there. */
  numberOf(name: string): number {
    const known = this.#numbers.get(name);
    if (known !== undefined) return known;
    const number = this.#names.length;
    this.#numbers.set(name, number);
    this.#names.push(name);
    return number;
  }

  /** Throws a RangeError for a number that no name has. */
  nameOf(number: number): string {
    const name = this.#names[number];
    if (name === undefined) throw new RangeError('a name is missing');
    return name;
  }
}
