import { BANKS_KEY, findBank } from './banks.ts';
import { DomainError } from './errors.ts';
import { NotLoaded } from './not-loaded.ts';
import type { Reads } from './operation.ts';
import { type Attempt, refuse } from './pipeline.ts';
import type { Session } from './session.ts';
import type { SignatureCheck } from './signatures.ts';

/**
 * Reads together what the whole batch will need: id pages, own rows, rows of other namespaces; meanwhile its signatures
 * are verified.
 */
export async function prefetch(session: Session, attempts: readonly Attempt[]): Promise<void> {
  const own: string[] = [];
  const other = new Map<string, string[]>();
  // Thousands of operations of a batch name the same few rows.
  const known = new Set<Reads>();
  for (const attempt of attempts) {
    if (attempt.outcome === undefined) collectReads(session, attempt, { own, other, known });
  }
  const signatures = session.signatures.load(signaturesOf(attempts));
  const readAll = async () => {
    await session.onceOnly.prefetch(attempts);
    await session.state.load(own);
    await prefetchOther(session, other);
  };
  await Promise.all([signatures, readAll()]);
}

function signaturesOf(attempts: readonly Attempt[]): SignatureCheck[] {
  const checks: SignatureCheck[] = [];
  for (const { row, ledger, envelope, outcome } of attempts) {
    const claim = row?.operation.signature;
    if (claim === undefined || outcome !== undefined) continue;
    try {
      const check = claim(ledger, envelope.request as never);
      if (check !== undefined) checks.push(check);
    } catch (error) {
      // What cannot be told yet is asked for when the operation runs, and so is what speaks against it.
      if (!(error instanceof DomainError) && !(error instanceof NotLoaded)) throw error;
    }
  }
  return checks;
}

/** Reads rows of other namespaces that exist: a name that is no bank's must not be called, its operation refuses it. */
export async function prefetchOther(session: Session, other: ReadonlyMap<string, readonly string[]>): Promise<void> {
  if (other.size === 0) return;
  const common = ['consortium', 'centralbank'];
  const { state, peer } = session;
  const reader = {
    namespace: peer.namespace,
    state,
    readFrom: (namespace: string, keys: readonly string[]) => session.readFrom(namespace, keys),
  };
  // The consortium first: its rows tell which banks there are.
  if (peer.namespace === 'consortium') await state.load([BANKS_KEY]);
  else await session.loadFrom('consortium', [BANKS_KEY, ...(other.get('consortium') ?? [])]);
  await session.loadFrom('centralbank', other.get('centralbank') ?? []);
  for (const [namespace, keys] of other) {
    if (common.includes(namespace)) continue;
    if (findBank(reader, namespace) !== undefined) await session.loadFrom(namespace, keys);
  }
}

interface Collected {
  readonly own: string[];
  readonly other: Map<string, string[]>;
  readonly known: Set<Reads>;
}

function collectReads(session: Session, attempt: Attempt, into: Collected): void {
  try {
    const reads = attempt.row?.operation.reads?.(attempt.envelope.request as never, session.peer.namespace);
    if (reads === undefined || into.known.has(reads)) return;
    into.known.add(reads);
    into.own.push(...(reads.own ?? []));
    for (const [namespace, keys] of Object.entries(reads.other ?? {})) {
      const wanted = into.other.get(namespace) ?? [];
      into.other.set(namespace, wanted);
      wanted.push(...keys);
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    refuse(attempt, error);
  }
}
