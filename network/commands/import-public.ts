import { readFileSync } from 'node:fs';
import { nativeFolders } from '../native/folders.ts';
import { fingerprintOf, importPublic, missingMaterial, type PublicMaterial } from '../operations/public-material.ts';
import { type Command, UsageError } from './context.ts';

/** Takes in the files that other organisations made with export-public. */
export const importPublicCommand: Command = {
  name: 'import-public',
  summary: 'import-public <file>…: takes in the certificates of other banks',
  async run(context) {
    if (context.positionals.length === 0)
      throw new UsageError('Name the files: npm run network -- import-public <file>…');
    const network = context.resolved();
    const folder = nativeFolders(context.dataFolder).organizations;
    const imported = context.positionals.map((file) => {
      const material = readMaterial(file);
      const isNew = importPublic(network, material, folder);
      return { organization: material.organization, fingerprint: fingerprintOf(material), isNew };
    });
    const missing = missingMaterial(network.organizations, folder);
    const lines = imported.map(
      ({ organization, fingerprint, isNew }) =>
        `${organization.padEnd(12)} ${fingerprint}${isNew ? '' : ' (was here)'}`,
    );
    const next =
      missing.length === 0 ? 'Everybody is here: npm run network -- up' : `Still to come: ${missing.join(', ')}`;
    context.answer([...lines, 'Compare each fingerprint with what its bank told you.', next].join('\n'), {
      imported,
      missing,
    });
    return 0;
  },
};

function readMaterial(file: string): PublicMaterial {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}
