import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createBackup } from '../operations/backup.ts';
import { readPassphrase } from '../operations/backup-key.ts';
import type { Manifest } from '../operations/backup-manifest.ts';
import { findOrganization } from '../operations/bank-files.ts';
import { type Command, type Context, UsageError } from './context.ts';
import { demandNative } from './demand.ts';
import { runStages } from './stages.ts';

/** Saves what one organisation cannot get back from the others, encrypted, while the network goes on. */
export const backup: Command = {
  name: 'backup',
  summary: 'backup --organization <o> --to <folder> --key-file <file> [--with-orderer]: what a bank must save',
  options: {
    organization: { type: 'string', value: '<name>', text: 'whose' },
    to: { type: 'string', value: '<folder>', text: 'where; it must be empty or not there yet' },
    'key-file': {
      type: 'string',
      value: '<file>',
      text: 'the passphrase it is encrypted with (or TANGRAM_BACKUP_KEY)',
    },
    'with-orderer': { type: 'boolean', text: "the orderer's ledger too, which stands still meanwhile" },
  },
  async run(context) {
    demandNative(context, 'backup');
    const [name, to] = [context.option('organization'), context.option('to')];
    if (!name || !to) throw new UsageError('Say whose backup and where: backup --organization cedar --to <folder>');
    const passphrase = readPassphrase(context.option('key-file'));
    const network = context.resolved();
    const organization = findOrganization(network, name);
    const withOrderer = context.flag('with-orderer');
    if (withOrderer && !organization.orderer) throw new UsageError(`${name} runs no orderer.`);
    const work = createBackup({
      network,
      networkFile: readFileSync(context.file, 'utf8'),
      dataFolder: context.dataFolder,
      organization,
      to: resolve(to),
      passphrase,
      withOrderer,
    });
    await runStages(work.stages, context);
    const manifest = work.manifest();
    answer(context, manifest, resolve(to));
    return 0;
  },
};

function answer(context: Context, manifest: Manifest, folder: string): void {
  const { organization, takenAt, peer, orderer, readModels, files } = manifest;
  const megabytes = files.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6;
  const heights = peer.tips.map(
    ({ channel, height, commitHash }) => `  ${channel} up to height ${height}  ${commitHash}`,
  );
  const nodes = [peer, ...(orderer ? [orderer] : [])].map(
    ({ process, standstillMilliseconds }) =>
      `  ${process} stood still for ${(standstillMilliseconds / 1000).toFixed(1)} s`,
  );
  const lines = [
    `Backup of ${organization} as of ${takenAt} in ${folder}: ${files.length} files, ${megabytes.toFixed(1)} MB, ${readModels.length} read model(s).`,
    ...heights,
    ...nodes,
    'Everything in it is encrypted; without the passphrase it is worth nothing. Keep the two apart.',
  ];
  const { files: _files, networkFile: _networkFile, ...facts } = manifest;
  context.answer(lines.join('\n'), { folder, fileCount: files.length, megabytes, ...facts });
}
