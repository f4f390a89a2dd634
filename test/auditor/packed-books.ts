import { fingerprint, PackedTable } from './packed-table.ts';
import type { Item, PaymentState, ReceivedState, Table } from './state.ts';

const WORD = 2 ** 32;

/** Texts that many records name, by number. */
class Numbers {
  readonly #numbers = new Map<string, number>();
  readonly #texts: string[] = [];

  of(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.#texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }

  textOf(number: number | undefined): string {
    return this.#texts[number ?? -1] as string;
  }
}

/** Account ids, currencies and dates. */
const names = new Numbers();

const isSmall = (amount: bigint): boolean => amount <= BigInt(Number.MAX_SAFE_INTEGER);
const wordsOf = (amount: bigint): readonly [number, number] => {
  const number = Number(amount);
  return [Math.floor(number / WORD), number % WORD];
};
const amountOf = (high: number | undefined, low: number | undefined): bigint => BigInt((high ?? 0) * WORD + (low ?? 0));

/**
 * Records by text of which nearly all stay as they were made: those lie packed, and only those that somebody has asked
 * for are objects, which may be changed. Walking it gives the objects alone: nothing happened to the others.
 */
abstract class PackedRecords<Value> implements Table<Value> {
  readonly #packed: PackedTable;
  readonly #opened = new Map<string, Value>();

  constructor(recordWords: number) {
    this.#packed = new PackedTable(recordWords);
  }

  protected abstract pack(value: Value): readonly number[] | undefined;
  protected abstract unpack(key: string, record: Uint32Array): Value;

  get(key: string): Value | undefined {
    const opened = this.#opened.get(key);
    if (opened !== undefined) return opened;
    const record = this.#packed.find(key);
    if (record === undefined) return undefined;
    const value = this.unpack(key, record);
    this.#opened.set(key, value);
    return value;
  }

  set(key: string, value: Value): this {
    const record = this.pack(value);
    if (record === undefined) this.#opened.set(key, value);
    else this.#packed.put(key, record);
    return this;
  }

  keys(): IterableIterator<string> {
    return this.#opened.keys();
  }

  [Symbol.iterator](): IterableIterator<[string, Value]> {
    return this.#opened[Symbol.iterator]();
  }
}

/** Payments of a debtor's bank: booked ones packed, holds as objects. */
export class PackedPayments extends PackedRecords<PaymentState> {
  constructor() {
    super(6);
  }

  protected pack({ debtor, creditor, currency, amount, stage, bookedDate }: PaymentState) {
    if (stage !== 'BOOKED' || !isSmall(amount)) return undefined;
    const parties = [debtor, creditor, currency, bookedDate].map((text) => names.of(text));
    return [...parties, ...wordsOf(amount)];
  }

  protected unpack(_key: string, [debtor, creditor, currency, bookedDate, high, low]: Uint32Array): PaymentState {
    return {
      debtor: names.textOf(debtor),
      creditor: names.textOf(creditor),
      currency: names.textOf(currency),
      amount: amountOf(high, low),
      stage: 'BOOKED',
      bookedDate: names.textOf(bookedDate),
      expiresAt: '',
      refunded: 0n,
      returned: false,
      reversal: 'NONE',
      reversalId: '',
    };
  }
}

/** What came to a creditor's bank: credits packed, returned ones as objects. */
export class PackedReceived extends PackedRecords<ReceivedState> {
  constructor() {
    super(6);
  }

  protected pack({ item, index, returned }: ReceivedState) {
    if (returned || item.kind !== 'credit' || !isSmall(item.amount)) return undefined;
    const parties = [item.debtor, item.creditor, item.currency].map((text) => names.of(text));
    return [...parties, index, ...wordsOf(item.amount)];
  }

  protected unpack(key: string, [debtor, creditor, currency, index, high, low]: Uint32Array): ReceivedState {
    const paymentId = key.slice(key.indexOf('/') + 1);
    const item: Item = {
      kind: 'credit',
      id: paymentId,
      paymentId,
      debtor: names.textOf(debtor),
      creditor: names.textOf(creditor),
      currency: names.textOf(currency),
      amount: amountOf(high, low),
    };
    return { item, index: index ?? 0, refunded: 0n, returned: false, reversal: 'NONE', reversalId: '' };
  }
}

/** Ids by 64 bits, payloads by 64 bits. */
export class PackedIds {
  readonly #packed = new PackedTable(2);

  compare(name: string, payload: string): 'new' | 'replayed' | 'conflict' {
    const record = this.#packed.find(name);
    if (record === undefined) return 'new';
    const [high, low] = fingerprint(payload);
    return record[0] === high && record[1] === low ? 'replayed' : 'conflict';
  }

  claim(name: string, payload: string): void {
    this.#packed.put(name, fingerprint(payload));
  }
}
