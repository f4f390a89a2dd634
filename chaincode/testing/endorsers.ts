import {
  type BatchOperation,
  type BatchResponse,
  batchKey,
  HEAD_KEY,
  type Header,
  type LaneHead,
  NEW_HEAD,
  type OperationOutcome,
} from '../core/batch.ts';
import { sha256 } from '../core/canonical.ts';
import { createDispatch, createTable, type Dispatch } from '../core/dispatch.ts';
import type { EntryPoint } from '../core/ledger.ts';
import { MemoryPeer, type MemoryState, type MemoryTransaction } from '../core/memory-peer.ts';
import { mspIdOf } from '../core/names.ts';
import { readOutcomes } from '../core/read-outcomes.ts';
import { encodeBatch } from '../core/wire/batch-codec.ts';
import { decodeRow } from '../core/wire/row-codec.ts';
import { operations } from './world.ts';

const table = createTable(operations);

/** What an endorser signs: a client puts together only what all of them gave alike. */
export interface Endorsement {
  readonly answer: string;
  readonly reads: readonly string[];
  readonly writes: readonly (readonly [name: string, value: Uint8Array])[];
}

/** A batch as a gateway sends it, to be endorsed by several, and then committed or not. */
export interface Submission {
  readonly header: Header;
  readonly batch: Uint8Array;
  readonly outcomesOf: (endorsement: Endorsement) => OperationOutcome[];
}

/** The ledger of a channel, apart from whoever endorses on it. */
export class SharedLedger {
  readonly clock = { milliseconds: Date.parse('2026-01-05T09:00:00.000Z') };
  state: MemoryState = { rows: new Map(), privateRows: new Map() };

  head(lane: string): LaneHead {
    const bytes = this.state.rows.get(`${lane}/${HEAD_KEY}`);
    return bytes === undefined ? NEW_HEAD : JSON.parse(Buffer.from(bytes).toString());
  }

  /** The lane's next batch, with header fields that differ from an honest gateway's. */
  next(lane: string, batch: readonly BatchOperation[], differing: Partial<Header> = {}): Submission {
    const { bytes, names } = encodeBatch(table, batch);
    const { sequence, hash: previousHash } = this.head(lane);
    const directories = Object.fromEntries(['cedar', 'maple'].map((bank) => [bank, this.head(bank).directory]));
    const header = {
      lane,
      epoch: 1,
      holder: 'gateway',
      sequence: sequence + 1,
      previousHash,
      digest: sha256(bytes),
      directories,
      ...differing,
    };
    return {
      header,
      batch: bytes,
      outcomesOf: ({ answer, writes }) => {
        const response = JSON.parse(answer) as BatchResponse;
        const [, row] = writes.find(([name]) => name === `${lane}/${batchKey(sequence + 1)}`) ?? [];
        return readOutcomes(table, { operations: batch, names, response, row });
      },
    };
  }

  commit({ writes }: Endorsement): void {
    for (const [name, value] of writes) this.state.rows.set(name, value);
    this.clock.milliseconds += 1;
  }

  /** What an account has booked, told from the lane's batch rows alone. */
  bookedOf(bank: string, accountId: string): bigint {
    let booked = 0n;
    for (const [name, bytes] of this.state.rows) {
      if (!name.startsWith(`${bank}/lane/0/batch/`)) continue;
      for (const { account, side, amount } of decodeRow(table, bytes).entries.flatMap(
        ({ postings = [] }) => postings,
      )) {
        if (account === accountId) booked += side === 'C' ? BigInt(amount) : -BigInt(amount);
      }
    }
    return booked;
  }

  /** A copy to come back to. */
  snapshot(): MemoryState {
    return { rows: new Map(this.state.rows), privateRows: new Map(this.state.privateRows) };
  }
}

/** Chaincode of one organisation, with a memory of its own. */
export class Endorser {
  /** How the history answers, where it does not know what the state knows. */
  history: MemoryTransaction['history'];
  readonly #ledger: SharedLedger;
  #dispatch: Dispatch;

  constructor(ledger: SharedLedger) {
    this.#ledger = ledger;
    this.#dispatch = this.#start();
  }

  /** Starts it anew, without any memory. */
  restart(): void {
    this.#dispatch = this.#start();
  }

  async endorse({ header, batch }: Submission): Promise<Endorsement> {
    const entryPoint = { chaincode: header.lane, operation: 'lane:submit', argument: JSON.stringify(header) };
    const transaction = this.#begin(entryPoint, batch);
    const answer = await this.#run(transaction);
    const writes = [...transaction.writes].sort(([one], [other]) => (one < other ? -1 : 1));
    return { answer, reads: [...transaction.reads].sort(), writes };
  }

  /** Evaluates a query. */
  async query(chaincode: string, operation: string, request: object): Promise<Record<string, unknown>> {
    const transaction = this.#begin({ chaincode, operation, argument: JSON.stringify(request) }, new Uint8Array());
    return JSON.parse(await this.#run(transaction)) as Record<string, unknown>;
  }

  #run(transaction: MemoryTransaction): Promise<string> {
    const { chaincode, operation, argument } = transaction.entryPoint;
    return this.#dispatch(new MemoryPeer(transaction, chaincode), operation, argument);
  }

  #begin(entryPoint: EntryPoint, batch: Uint8Array): MemoryTransaction {
    return {
      state: this.#ledger.state,
      dispatch: this.#dispatch,
      ...(this.history === undefined ? {} : { history: this.history }),
      transactionId: sha256(entryPoint.argument),
      timestampMilliseconds: this.#ledger.clock.milliseconds,
      creatorMspId: mspIdOf(entryPoint.chaincode),
      transient: { batch },
      entryPoint,
      reads: new Set(),
      writes: new Map(),
      privateWrites: new Map(),
    };
  }

  #start(): Dispatch {
    return createDispatch(operations, () => this.#ledger.clock.milliseconds);
  }
}
