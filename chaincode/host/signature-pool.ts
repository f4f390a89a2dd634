import { Worker } from 'node:worker_threads';
import { errors } from '../core/lane-errors.ts';
import type { SignatureCheck, VerifySignatures } from '../core/signatures.ts';
import { packChecks } from './signature-messages.ts';

/** Checks that a worker is given at a time: some milliseconds of work, so that all workers end together. */
const CHUNK = 64;
const ATTEMPTS = 2;

export interface SignaturePoolOptions {
  /** The program that a worker thread runs: this one, which serves verifications when it is a worker. */
  readonly file: string | URL;
  /** Workers at most; they start when the first signature is to be verified. */
  readonly workers: number;
  /** After how long a worker is given up that does not answer. */
  readonly deadlineMilliseconds: number;
}

interface Job {
  readonly checks: readonly SignatureCheck[];
  readonly resolve: (verdicts: boolean[]) => void;
  readonly reject: (error: Error) => void;
  attempts: number;
}

/** A worker thread with the one job that it has. */
interface Slot {
  readonly worker: Worker;
  job: Job | undefined;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Verifies signatures in worker threads, because a batch of them would stop the chaincode's own thread for a quarter of
 * a second. A worker that ends, or does not answer in time, is replaced, and another does its job. Refuses:
 * LANE_SIGNATURES_UNVERIFIED.
 */
export class SignaturePool {
  readonly #options: SignaturePoolOptions;
  readonly #slots = new Set<Slot>();
  readonly #waiting: Job[] = [];

  constructor(options: SignaturePoolOptions) {
    this.#options = options;
  }

  readonly verify: VerifySignatures = async (checks) => {
    const chunks: Promise<boolean[]>[] = [];
    for (let start = 0; start < checks.length; start += CHUNK) {
      chunks.push(this.#enqueue(checks.slice(start, start + CHUNK)));
    }
    return (await Promise.all(chunks)).flat();
  };

  /** Ends all workers. */
  async close(): Promise<void> {
    const slots = [...this.#slots];
    this.#slots.clear();
    await Promise.all(slots.map(({ worker }) => worker.terminate()));
  }

  #enqueue(checks: readonly SignatureCheck[]): Promise<boolean[]> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ checks, resolve, reject, attempts: 0 });
      this.#assign();
    });
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const slot = this.#freeSlot();
      if (slot === undefined) return;
      this.#give(slot, this.#waiting.shift() as Job);
    }
  }

  #freeSlot(): Slot | undefined {
    for (const slot of this.#slots) if (slot.job === undefined) return slot;
    return this.#slots.size < this.#options.workers ? this.#start() : undefined;
  }

  #start(): Slot {
    const slot: Slot = { worker: new Worker(this.#options.file), job: undefined, timer: undefined };
    this.#slots.add(slot);
    slot.worker.on('message', (verdicts: Uint8Array) => this.#finish(slot, verdicts));
    slot.worker.on('error', (error) => this.#lose(slot, error instanceof Error ? error.message : String(error)));
    slot.worker.on('exit', (code) => this.#lose(slot, `a worker left with ${code}`));
    // The process lives for its servers, not for idle workers.
    slot.worker.unref();
    return slot;
  }

  #give(slot: Slot, job: Job): void {
    job.attempts += 1;
    slot.job = job;
    slot.timer = setTimeout(
      () => this.#lose(slot, 'a worker did not answer in time'),
      this.#options.deadlineMilliseconds,
    );
    const packed = packChecks(job.checks);
    slot.worker.postMessage(packed, [packed.buffer]);
  }

  #finish(slot: Slot, verdicts: Uint8Array): void {
    const { job } = slot;
    if (job === undefined || verdicts.length !== job.checks.length) {
      this.#lose(slot, 'a worker answered what it was not asked');
      return;
    }
    clearTimeout(slot.timer);
    slot.job = undefined;
    job.resolve(Array.from(verdicts, (verdict) => verdict === 1));
    this.#assign();
  }

  #lose(slot: Slot, reason: string): void {
    if (!this.#slots.delete(slot)) return;
    clearTimeout(slot.timer);
    void slot.worker.terminate();
    const { job } = slot;
    if (job !== undefined && job.attempts < ATTEMPTS) this.#waiting.unshift(job);
    else job?.reject(errors.SIGNATURES_UNVERIFIED({ reason }));
    this.#assign();
  }
}
