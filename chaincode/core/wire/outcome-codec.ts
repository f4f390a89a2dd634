import type { OperationOutcome } from '../batch.ts';
import type { Standing } from '../book/holding.ts';
import { readStatus, writeStatus } from '../book/status-codec.ts';
import type { ErrorParams } from '../errors.ts';
import type { JsonObject, LedgerEvent, Posting } from '../ledger.ts';
import type { OperationTable } from '../operation-table.ts';
import type { ByteReader, ByteWriter } from './bytes.ts';
import type { WireContext } from './codec.ts';
import { accountCodec, currencyCodec, dateCodec, idCodec } from './text-codecs.ts';

/*
 * What became of an entry, after the batch and in the order of its entries:
 *   byte 0   accepted; its result follows
 *   byte 1   accepted; its result and then postings, standings and events follow, which no request and result tell
 *   byte 2   refused; number of the code's name, then the parameters as JSON
 *   byte 3   replayed: it was accepted before, and leaves no second trace
 */
const ACCEPTED = 0;
const ACCEPTED_WITH_EFFECTS = 1;
const REFUSED = 2;
const REPLAYED = 3;

/** What an operation booked and announced. */
export interface Effects {
  readonly postings: readonly Posting[];
  readonly standings: readonly Standing[];
  readonly events: readonly LedgerEvent[];
}

export type StoredOutcome =
  | (Extract<OperationOutcome, { outcome: 'accepted' }> & { readonly effects?: Effects })
  | Extract<OperationOutcome, { outcome: 'refused' }>
  | { readonly outcome: 'replayed' };

/** An entry whose outcome is written or read. */
export interface Judged {
  readonly operation: string;
  readonly request: JsonObject;
}

/** Writes and reads what became of entries; `names` go on where those of the batch end. */
export class OutcomeCodec {
  readonly #table: OperationTable;
  readonly #context: WireContext;

  constructor(table: OperationTable, context: WireContext) {
    this.#table = table;
    this.#context = context;
  }

  write(writer: ByteWriter, outcome: StoredOutcome, { operation, request }: Judged): void {
    switch (outcome.outcome) {
      case 'refused':
        writer.byte(REFUSED);
        writer.varint(this.#context.names.numberOf(outcome.code));
        writer.text(JSON.stringify(outcome.params));
        return;
      case 'replayed':
        writer.byte(REPLAYED);
        return;
      case 'accepted': {
        const { effects } = outcome;
        const result = outcome.result as JsonObject;
        writer.byte(effects === undefined ? ACCEPTED : ACCEPTED_WITH_EFFECTS);
        this.#table.find(operation)?.resultCodec.write(writer, { request, result }, this.#context);
        if (effects !== undefined) this.#writeEffects(writer, effects);
      }
    }
  }

  /** Throws a RangeError where the bytes are no outcome. */
  read(reader: ByteReader, { operation, request }: Judged): StoredOutcome {
    const kind = reader.byte();
    if (kind === REPLAYED) return { outcome: 'replayed' };
    if (kind === REFUSED) {
      const code = this.#context.names.nameOf(reader.varint());
      return { outcome: 'refused', code, params: JSON.parse(reader.text()) as ErrorParams };
    }
    const row = this.#table.find(operation);
    if (row === undefined || kind > ACCEPTED_WITH_EFFECTS) throw new RangeError('an outcome is of no known kind');
    const result = row.resultCodec.read(reader, request, this.#context);
    if (kind === ACCEPTED) return { outcome: 'accepted', result };
    return { outcome: 'accepted', result, effects: this.#readEffects(reader) };
  }

  #writeEffects(writer: ByteWriter, { postings, standings, events }: Effects): void {
    writer.varint(postings.length);
    for (const posting of postings) writePosting(writer, posting, this.#context);
    writer.varint(standings.length);
    for (const standing of standings) writeStanding(writer, standing, this.#context);
    writer.varint(events.length);
    for (const { type, data } of events) {
      writer.varint(this.#context.names.numberOf(type));
      this.#table.eventCodec(type).write(writer, data, this.#context);
    }
  }

  #readEffects(reader: ByteReader): Effects {
    const postings: Posting[] = [];
    for (let rest = reader.varint(); rest > 0; rest -= 1) postings.push(readPosting(reader, this.#context));
    const standings: Standing[] = [];
    for (let rest = reader.varint(); rest > 0; rest -= 1) standings.push(readStanding(reader, this.#context));
    const events: LedgerEvent[] = [];
    for (let rest = reader.varint(); rest > 0; rest -= 1) {
      const type = this.#context.names.nameOf(reader.varint());
      events.push({ type, data: this.#table.eventCodec(type).read(reader, this.#context) as JsonObject });
    }
    return { postings, standings, events };
  }
}

const CREDIT = 1;
const CUSTOMER = 2;
const VALUE_DATE = 4;
const REFERENCE = 8;

// The bank's own accounts, such as `cedar.reserves`, are few and come again and again.
function writePosting(writer: ByteWriter, posting: Posting, context: WireContext): void {
  const { account, side, amount, currency, valueDate, reference } = posting;
  const isCustomer = !account.includes('.');
  writer.byte(
    (side === 'C' ? CREDIT : 0) +
      (isCustomer ? CUSTOMER : 0) +
      (valueDate === undefined ? 0 : VALUE_DATE) +
      (reference === undefined ? 0 : REFERENCE),
  );
  if (isCustomer) accountCodec.write(writer, account, context);
  else writer.varint(context.names.numberOf(account));
  writer.bigVarint(amount);
  currencyCodec.write(writer, currency, context);
  if (valueDate !== undefined) dateCodec.write(writer, valueDate, context);
  if (reference !== undefined) idCodec.write(writer, reference, context);
}

function readPosting(reader: ByteReader, context: WireContext): Posting {
  const flags = reader.byte();
  return {
    account: (flags & CUSTOMER) !== 0 ? accountCodec.read(reader, context) : context.names.nameOf(reader.varint()),
    side: (flags & CREDIT) !== 0 ? 'C' : 'D',
    amount: reader.bigVarint(),
    currency: currencyCodec.read(reader, context),
    ...((flags & VALUE_DATE) !== 0 ? { valueDate: dateCodec.read(reader, context) } : {}),
    ...((flags & REFERENCE) !== 0 ? { reference: idCodec.read(reader, context) } : {}),
  };
}

function writeStanding(writer: ByteWriter, standing: Standing, context: WireContext): void {
  accountCodec.write(writer, standing.accountId, context);
  currencyCodec.write(writer, standing.currency, context);
  writeStatus(writer, standing);
  writer.bigVarint(standing.pending);
}

function readStanding(reader: ByteReader, context: WireContext): Standing {
  const accountId = accountCodec.read(reader, context);
  const currency = currencyCodec.read(reader, context);
  return { accountId, currency, ...readStatus(reader), pending: reader.bigVarint() };
}
