import { spawnSync } from 'node:child_process';
import { imagesOf } from '@tangram/network/compose/images.ts';
import { openProject, whyNoEngine } from '@tangram/network/compose/project.ts';

const needed = ['FABRIC_PEER_IMAGE', 'FABRIC_ORDERER_IMAGE', 'CHAINCODE_IMAGE', 'GATEWAY_IMAGE', 'SET_UP_IMAGE'];

/** Why the nodes of docker-compose.yaml cannot run here: no engine, no compose, or images that nobody gives. */
export async function whyNoContainers(): Promise<string | undefined> {
  const missing = whyNoEngine();
  if (missing !== undefined) return `The compose driver needs Docker Engine: ${missing}.`;
  try {
    const images = imagesOf(openProject().settings());
    const absent = needed.filter((name) => !isHere(images[name] ?? '') && !isGiven(images[name] ?? ''));
    if (absent.length === 0) return undefined;
    const named = absent.map((name) => `${name}=${images[name]}`).join(', ');
    return `These images are neither here nor can they be pulled: ${named}. See docs/operating/containers.md.`;
  } catch (error) {
    return (error as Error).message;
  }
}

const isHere = (image: string) => spawnSync('docker', ['image', 'inspect', image]).status === 0;
const isGiven = (image: string) => spawnSync('docker', ['pull', '--quiet', image]).status === 0;
