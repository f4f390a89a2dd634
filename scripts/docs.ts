/** `npm run docs`: writes docs/reference and the layouts of the ledger's bytes from the code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateReference } from './reference.ts';

const root = join(import.meta.dirname, '..');
for (const [name, text] of Object.entries(generateReference())) {
  writeFileSync(join(root, name), text);
  process.stdout.write(`${name}: ${text.split('\n').length} lines\n`);
}
