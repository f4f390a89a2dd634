/**
 * `npm run images [-- --local] [--chaincode <version>]`: builds our images, or the chaincode's alone as a next version;
 * --local takes Node and packages from this machine only, and with FABRIC_BIN set also makes images of peer and orderer.
 * `npm run images -- --pin`: writes the digests of the official images into the env file.
 */
import { parseArgs } from 'node:util';
import { pinImages } from '../network/compose/pin.ts';
import { openProject } from '../network/compose/project.ts';
import { buildImages, buildImagesLocally } from './build-images.ts';

const { values } = parseArgs({
  options: {
    local: { type: 'boolean', default: false },
    chaincode: { type: 'string' },
    pin: { type: 'boolean', default: false },
  },
});

if (values.pin) await pin();
else await build();

async function build(): Promise<void> {
  const options = { chaincodeVersion: values.chaincode, fabricFolder: process.env.FABRIC_BIN };
  const images = values.local ? await buildImagesLocally(options) : buildImages(options);
  for (const { name, megabytes, seconds } of images) {
    process.stdout.write(`${name}  ${megabytes} MB  ${seconds} s\n`);
  }
}

async function pin(): Promise<void> {
  const project = openProject();
  try {
    const pinned = Object.entries(await pinImages(project));
    for (const [name, image] of pinned) process.stdout.write(`${name}=${image}\n`);
    process.stdout.write(`${pinned.length} images pinned in ${project.envFile}.\n`);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
