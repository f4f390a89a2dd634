import type { Version, Why } from '../embedded/ledger/types.ts';
import type { TransactionReport } from '../native/transaction.ts';

const labelWidth = 12;

/** The report as an operator reads it: the verdict first, then what it rests on. */
export function renderWhy(report: TransactionReport): string {
  if (!('code' in report)) return [`${report.txId}: ${report.codeName}`, line('why', report.reason)].join('\n');
  const { txId, codeName, code, block, tx, reason, creator, endorsers, reads, writes } = report;
  return [
    `${txId}: ${codeName} (${code})`,
    line('where', `transaction ${tx} of block ${block}`),
    line('why', reason),
    ...(report.conflict ? renderConflict(report.conflict) : []),
    ...(report.policy ? renderPolicy(report.policy) : []),
    line('creator', creator),
    line('endorsed by', endorsers.join(', ') || 'nobody'),
    ...renderKeys('reads', reads),
    ...renderKeys('writes', writes),
  ].join('\n');
}

const line = (label: string, text: string): string => `  ${label.padEnd(labelWidth)} ${text}`;

function renderConflict(conflict: NonNullable<Why['conflict']>): string[] {
  const { namespace, collection, key, versionRead, versionFound, writtenBy } = conflict;
  return [
    line('key', `${namespace}${collection === undefined ? '' : `/${collection}`}: ${JSON.stringify(key)}`),
    line('read as', versionText(versionRead)),
    line('found as', versionText(versionFound)),
    line('written by', writtenBy ?? 'not known'),
  ];
}

function versionText(version: Version | undefined): string {
  return version ? `written by transaction ${version.tx} of block ${version.block}` : 'absent';
}

function renderPolicy({ namespace, collection, key, report }: NonNullable<Why['policy']>): string[] {
  const place = [namespace, collection, key].filter((part) => part !== undefined).join(', ');
  return [
    line('policy', `of ${place}: ${report.policy}`),
    line('signed', report.signed.join(', ') || 'nobody that it names'),
    line('missing', report.missing.join(', ')),
  ];
}

function renderKeys(label: string, keys: Record<string, string[]>): string[] {
  return Object.entries(keys).map(([namespace, list]) => line(label, `${namespace}: ${list.join(', ')}`));
}
