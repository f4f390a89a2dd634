import { changeEnvFile } from './env-file.ts';
import { isPinned, officialImages } from './images.ts';
import type { Project } from './project.ts';

/**
 * Pulls the official images that the settings name by tag, and writes the digest of what came beside each tag into the
 * env file: from then on the engine takes those bytes and no others. Returns what was written. Refuses, with nothing
 * written, an image that no registry gives.
 */
export async function pinImages(project: Project): Promise<Record<string, string>> {
  const settings = project.settings();
  const pinned: Record<string, string> = {};
  for (const name of officialImages) {
    const image = settings[name] ?? '';
    if (image === '' || isPinned(image)) continue;
    pinned[name] = `${image}@${await digestOf(project, image)}`;
  }
  changeEnvFile(project.envFile, pinned);
  return pinned;
}

/** The digest under which the registry itself knows an image; the engine has compared it with the bytes. */
async function digestOf(project: Project, image: string): Promise<string> {
  await project.docker('pull', image).catch((error: Error) => {
    throw new Error(`No registry gives ${image}, so it has no digest to pin: nothing was changed.\n${error.message}`);
  });
  const known = await project.docker('image', 'inspect', '--format', '{{join .RepoDigests "\\n"}}', image);
  const repository = image.replace(/:[^:/]*$/, '');
  const own = known.split('\n').find((each) => each.startsWith(`${repository}@`));
  const digest = own?.slice(own.indexOf('@') + 1);
  if (digest === undefined) throw new Error(`The engine notes no digest of ${image}: nothing was changed.`);
  return digest;
}
