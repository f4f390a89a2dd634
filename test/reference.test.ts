import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { generateReference } from '../scripts/reference.ts';

const root = join(import.meta.dirname, '..');

describe('what is generated from code', () => {
  test.each(Object.entries(generateReference()))('%s is current (else: npm run docs)', (name, text) => {
    expect(readFileSync(join(root, name), 'utf8')).toBe(text);
  });
});
