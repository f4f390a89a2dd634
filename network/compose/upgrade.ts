import type { ResolvedNetwork } from '../config/resolve.ts';
import { bringIntoForce, demandNextVersion } from '../drivers/bring-into-force.ts';
import { untilAnswered } from '../drivers/until-answered.ts';
import { type ComposeChaincode, slotLetters } from './chaincode-set.ts';
import { changeEnvFile } from './env-file.ts';
import type { Project } from './project.ts';

const drainMilliseconds = 2_000;
const imageNames = ['CHAINCODE_IMAGE', 'CHAINCODE_B_IMAGE'] as const;
const digestScript =
  "process.stdout.write(require('node:crypto').createHash('sha256').update(require('node:fs').readFileSync('/app/program/chaincode.cjs')).digest('hex'))";

/**
 * Runs the chaincode image of a version in the free slot beside the present one, has it deployed, and removes the old
 * containers once no peer asks them. When deploying fails the old ones stay, and the new ones too where a name has its
 * definition already. The env file names what runs in the end. Refuses the version that runs, an image that is not here,
 * and settings that the env file does not decide.
 */
export async function upgrade(project: Project, network: ResolvedNetwork, version: string): Promise<void> {
  demandEnvFile();
  const old = await project.setUp<ComposeChaincode>('open', 'chaincode');
  const versions = () => project.setUp<string[]>('open', 'versions');
  const inForce = await versions();
  demandNextVersion(version, old.version, inForce);
  const image = imageOf(project, old, version);
  const next: ComposeChaincode = {
    version,
    slot: old.slot === 0 ? 1 : 0,
    digest: await digestOf(project, image, version),
  };
  const servicesOf = (set: ComposeChaincode) => network.organizations.map(({ name }) => chaincodeService(name, set));
  const remove = (set: ComposeChaincode) => project.compose('rm', '--stop', '--force', ...servicesOf(set));
  const changes = {
    [imageNames[next.slot]]: image,
    COMPOSE_PROFILES: profilesWith(project.settings().COMPOSE_PROFILES, next),
  };

  await project.setUp('prepare', 'stage', JSON.stringify(next));
  Object.assign(project.own, { [imageNames[next.slot]]: image });
  // Containers that an earlier attempt left serve the names that ask for them already.
  const anew = inForce.includes(version) ? [] : ['--force-recreate'];
  await bringIntoForce(version, {
    deploy: async () => {
      await project.compose('up', '--detach', '--no-deps', ...anew, ...servicesOf(next));
      await Promise.all(servicesOf(next).map((service) => answering(project, service)));
      await project.setUp('open', 'deploy', JSON.stringify(next));
    },
    versions,
    stop: async () => {
      await remove(next);
    },
  });
  changeEnvFile(project.envFile, changes);
  Object.assign(project.own, changes);
  // Calls that began under the old definition may still be running.
  await new Promise((wake) => setTimeout(wake, drainMilliseconds));
  await remove(old);
}

/** The service that serves an organisation's chaincode in the slot of a set. */
export const chaincodeService = (organization: string, { slot }: Pick<ComposeChaincode, 'slot'>): string =>
  slot === 0 ? `${organization}-chaincode` : `${organization}-chaincode-b`;

/** Resolves when a chaincode container listens; its own health check is asked at once, not at its next turn. */
export function answering(project: Project, service: string): Promise<void> {
  const [container] = project.containers([service]);
  const check = ['/usr/local/bin/node', '/app/health.mjs', 'chaincode'];
  return untilAnswered(service, () => project.docker('exec', container?.id ?? service, ...check));
}

function demandEnvFile(): void {
  const set = [...imageNames, 'COMPOSE_PROFILES'].filter((name) => process.env[name] !== undefined);
  if (set.length === 0) return;
  throw new Error(
    `${set.join(', ')} come from the environment, where an upgrade cannot change them: put them into the env file.`,
  );
}

/** The image that runs now, with the version as its tag. */
function imageOf(project: Project, { slot }: ComposeChaincode, version: string): string {
  const present = project.settings()[imageNames[slot]] ?? '';
  return `${present.replace(/@.*$/, '').replace(/:[^:/]*$/, '')}:${version}`;
}

/** Digest of the code that an image really holds, fetched first where a registry has it. */
async function digestOf(project: Project, image: string, version: string): Promise<string> {
  await project.docker('image', 'inspect', image).catch(() =>
    project.docker('pull', image).catch((error: Error) => {
      throw new Error(
        `There is no image ${image}. Build it (npm run images -- --chaincode ${version}) or push it to your registry.\n${error.message}`,
      );
    }),
  );
  const isolated = ['--rm', '--network', 'none', '--read-only', '--entrypoint', '/usr/local/bin/node'];
  return project.docker('run', ...isolated, image, '-e', digestScript);
}

/** The profiles with the slot of a set in place of the other. */
function profilesWith(profiles = '', { slot }: ComposeChaincode): string {
  const others = profiles.split(',').filter((profile) => profile !== '' && !profile.startsWith('chaincode-'));
  return [...others, `chaincode-${slotLetters[slot]}`].join(',');
}
