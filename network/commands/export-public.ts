import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { identitiesOf, onThisMachine } from '../config/resolve.ts';
import { noteRunFacts } from '../drivers/run-folder.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { nativeFolders } from '../native/folders.ts';
import { exportPublic, fingerprintOf } from '../operations/public-material.ts';
import { type Command, UsageError } from './context.ts';

/** Writes the certificates that the other organisations need into one file; makes this one's keys when it has none. */
export const exportPublicCommand: Command = {
  name: 'export-public',
  summary: 'export-public [<file>]: own certificates for the other banks; makes the keys first',
  async run(context) {
    const { driver, dataFolder, portBases, file, organization } = context;
    if (driver !== 'native' || organization === undefined) {
      throw new UsageError(
        'Name who runs here: npm run network -- export-public --driver native --organization cedar --network <yaml>',
      );
    }
    const network = context.resolved();
    const { organizations } = nativeFolders(dataFolder);
    noteRunFacts(dataFolder, { driver, portBases, file, organization });
    await ensureOrganizations(organizations, identitiesOf(onThisMachine(network)));
    const material = exportPublic(network, organization, organizations);
    const target = resolve(context.positionals[0] ?? `${organization}.public.json`);
    writeFileSync(target, `${JSON.stringify(material, null, 2)}\n`);
    const fingerprint = fingerprintOf(material);
    context.answer(
      `${target}\nIt holds certificates and no key. Give it to every other bank, and tell them its fingerprint another way:\n  ${fingerprint}`,
      { file: target, organization, fingerprint },
    );
    return 0;
  },
};
