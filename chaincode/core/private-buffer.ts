import type { PrivateData } from './ledger.ts';
import { NotLoaded } from './not-loaded.ts';
import type { PeerPrivateData, StateWrite } from './peer.ts';
import type { UndoLog } from './undo-log.ts';

interface Write {
  readonly mspId: string;
  readonly key: string;
  /** Undefined: purged. */
  readonly value: string | undefined;
}

/** Implicit private collections within one ledger transaction: read once, written at the end. */
export class PrivateBuffer implements PrivateData {
  readonly #peer: PeerPrivateData;
  readonly #undo: UndoLog;
  readonly #values = new Map<string, string | undefined>();
  readonly #hashes = new Map<string, string | undefined>();
  readonly #writes: Write[] = [];

  constructor(peer: PeerPrivateData, undo: UndoLog) {
    this.#peer = peer;
    this.#undo = undo;
  }

  get(mspId: string, key: string): string | undefined {
    return known(this.#values, `${mspId}/${key}`, () => this.#peer.get(mspId, key));
  }

  hash(mspId: string, key: string): string | undefined {
    return known(this.#hashes, `${mspId}/${key}`, () => this.#peer.hash(mspId, key));
  }

  put(mspId: string, key: string, value: string): void {
    this.#write({ mspId, key, value });
  }

  purge(mspId: string, key: string): void {
    this.#write({ mspId, key, value: undefined });
  }

  #write(write: Write): void {
    this.#writes.push(write);
    this.#undo.push(() => this.#writes.pop());
  }

  /** Writes in the order in which it was told to; what goes to one collection in a row goes at once. */
  async flush(): Promise<void> {
    let run: { mspId: string; writes: StateWrite[] } | undefined;
    const end = async () => {
      const ended = run;
      run = undefined;
      if (ended !== undefined) await this.#peer.put(ended.mspId, ended.writes);
    };
    for (const { mspId, key, value } of this.#writes) {
      if (value === undefined || run?.mspId !== mspId) await end();
      if (value === undefined) {
        await this.#peer.purge(mspId, key);
        continue;
      }
      run ??= { mspId, writes: [] };
      run.writes.push({ key, value });
    }
    await end();
  }
}

function known(
  values: Map<string, string | undefined>,
  name: string,
  read: () => Promise<string | undefined>,
): string | undefined {
  const value = values.get(name);
  if (value === undefined && !values.has(name)) {
    throw new NotLoaded(async () => {
      values.set(name, await read());
    });
  }
  return value;
}
