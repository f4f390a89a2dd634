import { parseArgs } from 'node:util';
import { compareAccounts, compareCounts, compareLoans, type Difference } from './find-differences.ts';
import { type OpenReadModel, openFromConfig } from './open-from-config.ts';

/**
 * Compares a gateway's read model with the ledger, prints every difference and fails when there is one. With `--accounts`
 * so many accounts are drawn; what operations were booked is always counted in all batches.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { config: { type: 'string' }, accounts: { type: 'string' } } });
  const most = values.accounts === undefined ? undefined : Number(values.accounts);
  if (values.config === undefined || !(most === undefined || Number.isSafeInteger(most))) {
    throw new Error('usage: node gateway/read-model/check.ts --config <file> [--accounts <number>]');
  }
  const open = await openFromConfig(values.config);
  const { organization, banks } = open.config;
  const differences = await compareLanes(open);
  if (differences.length === 0 && banks.includes(organization)) {
    const comparison = { client: open.client, database: open.projector.database, bank: organization };
    const sequence = open.projector.network.lanes.get(organization)?.sequence ?? 0;
    differences.push(...(await compareAccounts(comparison, most)), ...(await compareLoans(comparison)));
    differences.push(...(await compareCounts(comparison, sequence)));
  }
  for (const { what, readModel, ledger } of differences) {
    process.stdout.write(`${what}: read model ${readModel}, ledger ${ledger}\n`);
  }
  process.stdout.write(`block ${open.projector.appliedBlock()}: ${differences.length} differences\n`);
  await open.close();
  process.exitCode = differences.length === 0 ? 0 : 1;
}

/** A lane that differs is either still being projected or another ledger's: nothing further can be compared. */
async function compareLanes({ projector, readLaneEnds }: OpenReadModel): Promise<Difference[]> {
  const describe = (end: { sequence: number; hash: string } | undefined) =>
    end && end.sequence > 0 ? `${end.sequence} ${end.hash}` : 'no batch';
  return (await readLaneEnds())
    .map((end) => ({
      what: `lane ${end.lane}`,
      readModel: describe(projector.network.lanes.get(end.lane)),
      ledger: describe(end),
    }))
    .filter(({ readModel, ledger }) => readModel !== ledger);
}

await main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
