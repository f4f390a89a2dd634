/** `npm run docs`: writes docs/reference from the code. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateReference } from './reference.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'reference');
for (const [name, text] of Object.entries(generateReference())) {
  writeFileSync(join(folder, name), text);
  process.stdout.write(`docs/reference/${name}: ${text.split('\n').length} lines\n`);
}
