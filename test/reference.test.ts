import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateReference } from '../scripts/reference.ts';

const folder = join(import.meta.dirname, '..', 'docs', 'reference');

describe('docs/reference', () => {
  test.each(Object.entries(generateReference()))('%s is current (else: npm run docs)', (name, text) => {
    expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
  });
});
