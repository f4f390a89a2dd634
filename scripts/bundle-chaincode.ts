/** `node scripts/bundle-chaincode.ts [folder]`: the chaincode as one file, with the digest that names its packages. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { bundle } from './bundle.ts';

const file = await bundle('chaincode', resolve(process.argv[2] ?? '.tangram/bundle'));
const bytes = readFileSync(file);
const digest = createHash('sha256').update(bytes).digest('hex');
process.stdout.write(`${JSON.stringify({ file, bytes: bytes.length, digest })}\n`);
