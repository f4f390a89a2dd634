import { readFileSync } from 'node:fs';
import { sha256 } from '../ledger-format/batch-row.ts';
import { decodeAnyRow } from '../ledger-format/decode-row.ts';
import { readBatchRow } from '../native/batch-rows.ts';
import { nativeFolders } from '../native/folders.ts';
import { inTurn, withMembers } from '../native/members.ts';
import { type Command, type Context, UsageError } from './context.ts';
import { demandRunning } from './demand.ts';

/** Prints a batch row as JSON; exit code 1 when there is none, or when it does not stand in its lane's chain. */
export const readRow: Command = {
  name: 'read-row',
  summary: 'read-row <lane> <sequence> | --file <row>: a batch row of the ledger as JSON, checked against its chain',
  options: { file: { type: 'string', value: '<row>', text: 'a row that was saved to a file' } },
  async run(context) {
    const file = context.option('file');
    return file === undefined ? readFromNetwork(context) : readFromFile(context, file);
  },
};

async function readFromNetwork(context: Context): Promise<number> {
  const [lane, number] = context.positionals;
  const sequence = Number(number);
  if (lane === undefined || !Number.isSafeInteger(sequence) || sequence < 1) {
    throw new UsageError('Name a lane and a batch: npm run network -- read-row cedar 12, or --file <row>.');
  }
  demandRunning(context);
  const { organizations } = nativeFolders(context.dataFolder);
  const report = await withMembers(context.resolved(), organizations, (members) =>
    inTurn(members, (member) => readBatchRow(member, lane, sequence)),
  );
  if (report === undefined) throw new Error(`No block holds batch ${sequence} of ${lane}.`);
  const { hash, problems, block, tx, row } = report;
  const verdict = problems.length === 0 ? 'it stands in its chain' : problems.join('; ');
  const text = `${lane} ${sequence}, transaction ${tx} of block ${block}: ${verdict}.\n${JSON.stringify(row, null, 2)}`;
  context.answer(text, { lane, sequence, block, tx, hash, intact: problems.length === 0, problems, row });
  return problems.length === 0 ? 0 : 1;
}

/** A file holds any row of a lane; which others stand around it, it does not tell. */
function readFromFile(context: Context, file: string): number {
  const bytes = readFileSync(file);
  const { kind, row } = decodeAnyRow(bytes);
  const hash = sha256(bytes);
  context.answer(`${kind}, SHA-256 ${hash}\n${JSON.stringify(row, null, 2)}`, { kind, hash, row });
  return 0;
}
