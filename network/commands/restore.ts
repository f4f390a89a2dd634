import { resolve } from 'node:path';
import { readPassphrase } from '../operations/backup-key.ts';
import { findOrganization } from '../operations/bank-files.ts';
import { createRestore, type RestoreReport } from '../operations/restore.ts';
import { type Command, UsageError } from './context.ts';
import { demandNative } from './demand.ts';
import { runStages } from './stages.ts';

const lostShown = 10;

/** Rebuilds one organisation from its backup beside the running others, and says what was lost and how long it took. */
export const restore: Command = {
  name: 'restore',
  summary: 'restore --organization <o> --from <folder> --key-file <file> [--replace]: rebuilds a bank from its backup',
  options: {
    organization: { type: 'string', value: '<name>', text: 'whose backup it is' },
    from: { type: 'string', value: '<folder>', text: 'the backup' },
    'key-file': { type: 'string', value: '<file>', text: 'its passphrase (or TANGRAM_BACKUP_KEY)' },
    replace: { type: 'boolean', text: 'gives up what still lies in the folders of the organisation' },
    'saved-orderer': { type: 'boolean', text: 'the orderer with its saved ledger instead of an empty one' },
  },
  async run(context) {
    demandNative(context, 'restore');
    const [name, from] = [context.option('organization'), context.option('from')];
    if (!name || !from) throw new UsageError('Say who and from where: restore --organization cedar --from <folder>');
    const network = context.resolved();
    const work = createRestore({
      network,
      dataFolder: context.dataFolder,
      organization: findOrganization(network, name),
      from: resolve(from),
      passphrase: readPassphrase(context.option('key-file')),
      replace: context.flag('replace'),
      savedOrderer: context.flag('saved-orderer'),
    });
    await runStages(work.stages, context);
    const report = work.report();
    context.answer(render(report), report);
    return 0;
  },
};

function render(report: RestoreReport): string {
  const { organization, takenAt, startedAt, blocksSince, privateWrites, milliseconds } = report;
  const seconds = (value = 0) => `${(value / 1000).toFixed(1)} s`;
  const age = (Date.parse(startedAt) - Date.parse(takenAt)) / 1000;
  const blocks = Object.entries(blocksSince).map(([channel, count]) => `${count} blocks of ${channel}`);
  const { since, keys, lost, lastAt } = privateWrites;
  const window = lastAt ? (Date.parse(lastAt) - Date.parse(takenAt)) / 1000 : 0;
  return [
    `${organization} is back, from its backup of ${takenAt}, ${Math.round(age)} s before.`,
    'RPO',
    `  ledger: nothing lost; ${blocks.join(' and ')} came back from the orderers`,
    since === 0
      ? '  private data: nothing was written since the backup'
      : `  private data: ${since} transactions wrote ${keys} keys in the ${Math.round(window)} s after the backup; ${since - lost.length} came back, ${lost.length} are lost`,
    ...lost
      .slice(0, lostShown)
      .map(({ block, txId, time, keys: each }) => `    block ${block}, ${txId}, ${time}, ${each} keys`),
    ...(lost.length > lostShown ? [`    and ${lost.length - lostShown} more (--json names all)`] : []),
    ...(lost.length > 0
      ? ['  The ledger keeps their hashes: what is entered again is proven by them, or refused.']
      : []),
    'RTO',
    `  files in place ${seconds(milliseconds.files)}, peer as high as the others ${seconds(milliseconds.peers)}${milliseconds.orderer === undefined ? '' : `, orderer level ${seconds(milliseconds.orderer)}`}, gateway open ${seconds(milliseconds.gateways)}`,
  ].join('\n');
}
