/** `npm run images`: builds our container images, or pins the official ones in the env file; `--help` says how. */
import { parseArgs } from 'node:util';
import { pinImages } from '../network/compose/pin.ts';
import { openProject, whyNoEngine } from '../network/compose/project.ts';
import { buildImages, buildImagesLocally } from './build-images.ts';

const usage = `npm run images [-- options]: builds our images; see docs/operating/containers.md
  --local                takes Node and packages from this machine and asks no registry; with FABRIC_BIN set it also
                         builds the set-up image and images of peer, orderer and an installed PostgreSQL
  --chaincode <version>  only the chaincode's image, as the next version
  --pin                  builds nothing: writes the digests of the official images into the env file
`;

process.exitCode = await main();

async function main(): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(usage);
    return 0;
  }
  try {
    const missing = whyNoEngine();
    if (missing !== undefined) {
      throw new Error(`Images need a container engine: ${missing}. Debian: apt-get install docker.io docker-compose`);
    }
    await (options.pin ? pin() : build(options));
    return 0;
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return 1;
  }
}

function readOptions() {
  return parseArgs({
    options: {
      local: { type: 'boolean', default: false },
      chaincode: { type: 'string' },
      pin: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  }).values;
}

async function build({ local, chaincode }: { local: boolean; chaincode?: string }): Promise<void> {
  const options = { chaincodeVersion: chaincode, fabricFolder: process.env.FABRIC_BIN };
  const images = local ? await buildImagesLocally(options) : buildImages(options);
  for (const { name, megabytes, seconds } of images) {
    process.stdout.write(`${name}  ${megabytes} MB  ${seconds} s\n`);
  }
}

async function pin(): Promise<void> {
  const project = openProject();
  const pinned = Object.entries(await pinImages(project));
  for (const [name, image] of pinned) process.stdout.write(`${name}=${image}\n`);
  process.stdout.write(`${pinned.length} images pinned in ${project.envFile}.\n`);
}
