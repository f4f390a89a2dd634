/**
 * `npm run images [-- --local]`: builds our images; --local takes Node and packages from this machine only, and with
 * FABRIC_BIN set also makes images of peer and orderer.
 */
import { parseArgs } from 'node:util';
import { buildImages, buildImagesLocally } from './build-images.ts';

const { values } = parseArgs({ options: { local: { type: 'boolean', default: false } } });
const images = values.local ? await buildImagesLocally(process.env.FABRIC_BIN) : buildImages();
for (const { name, megabytes, seconds } of images) {
  process.stdout.write(`${name}  ${megabytes} MB  ${seconds} s\n`);
}
