import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { familyOf } from '../../network/drivers/process-family.ts';
import type { Session } from '../conformance/session.ts';

/** All private data that a peer delivers to its organisation's client, with every block from the first (DeliverWithPrivateData). */
export async function privateBytesOf(session: Session): Promise<string> {
  const network = session.gateway.getNetwork('finance');
  const events = await network.getBlockAndPrivateDataEvents({ startBlock: 0n });
  const parts: string[] = [];
  try {
    // The stream waits for the next block for ever: half a second of silence is its end here.
    for (const blocks = events[Symbol.asyncIterator](); ; ) {
      const next = await Promise.race([blocks.next(), silence()]);
      if (next === undefined || next.done) return parts.join('\n');
      parts.push(Buffer.from(next.value.serializeBinary()).toString('latin1'));
    }
  } finally {
    events.close();
  }
}

const silence = () => new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 500));

const CHUNK = 16 * 1024 * 1024;

/** Whether a text stands anywhere in the writable memory of a process or its descendants, in UTF-8 or UTF-16 (Linux). */
export function processHolds(pid: number, text: string): boolean {
  // A supervised program may run under a shell that waits for it.
  return familyOf(pid).some((member) => memoryHolds(member, text));
}

function memoryHolds(pid: number, text: string): boolean {
  const wanted = [Buffer.from(text), Buffer.from(text, 'utf16le')];
  const memory = openSync(`/proc/${pid}/mem`, 'r');
  const chunk = Buffer.alloc(CHUNK + 1024);
  try {
    return readFileSync(`/proc/${pid}/maps`, 'utf8')
      .split('\n')
      .filter((line) => / rw/.test(line))
      .some((line) => rangeHolds(memory, line, { wanted, chunk }));
  } finally {
    closeSync(memory);
  }
}

function rangeHolds(memory: number, line: string, { wanted, chunk }: { wanted: Buffer[]; chunk: Buffer }): boolean {
  const [from = '', to = ''] = line.split(' ', 1)[0]?.split('-') ?? [];
  const end = BigInt(`0x${to}`);
  for (let at = BigInt(`0x${from}`); at < end; at += BigInt(CHUNK)) {
    const left = end - at;
    // Chunks overlap, so that a text over a border is found.
    const size = left < BigInt(chunk.length) ? Number(left) : chunk.length;
    const read = tryRead(memory, chunk.subarray(0, size), at);
    if (wanted.some((bytes) => chunk.subarray(0, read).includes(bytes))) return true;
  }
  return false;
}

/** Pages that are mapped but not there give nothing. */
function tryRead(memory: number, into: Buffer, position: bigint): number {
  try {
    return readSync(memory, into, 0, into.length, position);
  } catch {
    return 0;
  }
}
