/**
 * `npm run images [-- --local] [--chaincode <version>]`: builds our images, or the chaincode's alone as a next version;
 * --local takes Node and packages from this machine only, and with FABRIC_BIN set also makes images of peer and orderer.
 */
import { parseArgs } from 'node:util';
import { buildImages, buildImagesLocally } from './build-images.ts';

const { values } = parseArgs({
  options: { local: { type: 'boolean', default: false }, chaincode: { type: 'string' } },
});
const options = { chaincodeVersion: values.chaincode, fabricFolder: process.env.FABRIC_BIN };
const images = values.local ? await buildImagesLocally(options) : buildImages(options);
for (const { name, megabytes, seconds } of images) {
  process.stdout.write(`${name}  ${megabytes} MB  ${seconds} s\n`);
}
