/** `node audit-main.ts <run folder> <port base>`: what the auditor finds on a running network's ledger, as JSON. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { auditLedger } from '../../auditor/audit-ledger.ts';
import type { FoundAccount } from '../../auditor/compare.ts';
import { blocksOf } from '../../auditor/network-blocks.ts';
import { naiveColumns } from '../settings.ts';

const [dataFolder = '', portBase = ''] = process.argv.slice(2);
const blocks = blocksOf({ dataFolder, portBase: Number(portBase) });
const report = await auditLedger({ blocks, readModel, foreign: naiveColumns });
process.stdout.write(JSON.stringify(report));

/** Every account of a bank as its gateway's read model has it. */
function* readModel(bank: string): Generator<FoundAccount> {
  const file = join(dataFolder, 'gateways', bank, 'read-model.sqlite');
  if (!existsSync(file)) throw new Error(`${bank} has no read model in ${file}.`);
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const rows = database.prepare(`select account_id, status, booked, pending from account where account_id like ?`);
    for (const { account_id, status, booked, pending } of rows.iterate(`${bank}-%`)) {
      yield {
        accountId: String(account_id),
        status: String(status),
        booked: String(booked),
        pending: String(pending),
      };
    }
  } finally {
    database.close();
  }
}
