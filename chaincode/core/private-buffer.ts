import type { PrivateData } from './ledger.ts';
import { NotLoaded } from './not-loaded.ts';
import type { PeerPrivateData } from './peer.ts';
import type { UndoLog } from './undo-log.ts';

interface Write {
  readonly mspId: string;
  readonly key: string;
  readonly value: string;
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
    this.#writes.push({ mspId, key, value });
    this.#undo.push(() => this.#writes.pop());
  }

  async flush(): Promise<void> {
    for (const { mspId, key, value } of this.#writes) await this.#peer.put(mspId, key, value);
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
