import { DomainError } from './errors.ts';
import { type Attempt, refuse } from './pipeline.ts';
import type { Session } from './session.ts';

/** Reads together what the whole batch will need: id pages, own rows, rows of other namespaces. */
export async function prefetch(session: Session, attempts: readonly Attempt[]): Promise<void> {
  const own: string[] = [];
  const other = new Map<string, string[]>();
  for (const attempt of attempts) {
    if (attempt.outcome === undefined) collectReads(session, attempt, { own, other });
  }
  await session.onceOnly.prefetch(attempts);
  await session.state.load(own);
  for (const [namespace, keys] of other) await session.loadFrom(namespace, keys);
}

function collectReads(session: Session, attempt: Attempt, into: { own: string[]; other: Map<string, string[]> }): void {
  try {
    const reads = attempt.row?.operation.reads?.(attempt.envelope.request as never, session.peer.namespace);
    into.own.push(...(reads?.own ?? []));
    for (const [namespace, keys] of Object.entries(reads?.other ?? {})) {
      const wanted = into.other.get(namespace) ?? [];
      into.other.set(namespace, wanted);
      wanted.push(...keys);
    }
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    refuse(attempt, error);
  }
}
