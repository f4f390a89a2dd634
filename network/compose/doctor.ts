import { execFileSync } from 'node:child_process';
import { statfsSync } from 'node:fs';
import { type Finding, judgeNode, noteOf, oneClock } from '../commands/doctor-checks.ts';
import { findTakenPorts } from '../config/port-check.ts';
import type { StatusReport } from '../native/status.ts';
import { imagesOf, isPinned, officialImages } from './images.ts';
import { openProject, type Project, whyNoEngine } from './project.ts';

const freeGigabytesMin = 5;

/** Looks for what would keep the containers from starting or running, each with its fix. */
export async function diagnose(statusOf: (project: Project) => Promise<StatusReport>): Promise<Finding[]> {
  const missing = whyNoEngine();
  if (missing !== undefined) {
    const fix = 'Install or start Docker Engine (Debian: apt-get install docker.io docker-compose).';
    return [judgeNode(process.version), { check: 'Container engine', ok: false, detail: missing, fix }];
  }
  const project = openProject();
  const version = execFileSync('docker', ['version', '--format', '{{.Server.Version}}'], { encoding: 'utf8' }).trim();
  return [
    judgeNode(process.version),
    { check: 'Container engine', ok: true, detail: `Docker ${version}` },
    noteOf('Clock', oneClock),
    checkDisk(),
    checkImages(project),
    checkPins(project),
    project.isRunning() ? await checkNodes(project, statusOf) : await checkPorts(project),
  ];
}

/** Space where the engine keeps images and volumes; of an engine elsewhere nothing can be seen. */
function checkDisk(): Finding {
  const check = 'Disk';
  const folder = execFileSync('docker', ['info', '--format', '{{.DockerRootDir}}'], { encoding: 'utf8' }).trim();
  try {
    const { bavail, bsize } = statfsSync(folder);
    const gigabytes = (bavail * bsize) / 1024 ** 3;
    const ok = gigabytes >= freeGigabytesMin;
    const detail = `${gigabytes.toFixed(1)} GB free in ${folder}`;
    return { check, ok, detail, ...fixUnless(ok, `Free ${freeGigabytesMin} GB: docker system df shows what is used.`) };
  } catch {
    return { check, ok: true, detail: `${folder} cannot be seen from here` };
  }
}

function checkImages(project: Project): Finding {
  const absent = [...new Set(Object.values(imagesOf(project.settings())))].filter((image) => !isHere(image));
  const ok = absent.length === 0;
  const detail = ok ? 'all are here' : `${absent.join(', ')} must be pulled or built`;
  const fix = `docker compose pull and build; without a registry npm run images -- --local, then name in ${project.envFile} what there is.`;
  return { check: 'Images', ok, detail, ...fixUnless(ok, fix) };
}

function isHere(image: string): boolean {
  try {
    execFileSync('docker', ['image', 'inspect', image], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A tag may be moved to other bytes; a digest may not. It is a warning: a network without a registry has no digests. */
function checkPins(project: Project): Finding {
  const images = imagesOf(project.settings());
  const loose = officialImages.filter((name) => !isPinned(images[name] ?? ''));
  const arePinned = loose.length === 0;
  const detail = arePinned ? 'official images are pinned' : `warning: ${loose.join(', ')} by tag only`;
  return {
    check: 'Digests',
    ok: true,
    detail,
    ...fixUnless(arePinned, 'Where a registry can be reached: npm run images -- --pin'),
  };
}

async function checkPorts(project: Project): Promise<Finding> {
  const ports = Object.entries(project.settings()).flatMap(([role, port]) =>
    /^(CEDAR|MAPLE|PINE|WILLOW|CENTRALBANK|ISSUER)_PORT$/.test(role) ? [{ role, port: Number(port) }] : [],
  );
  const taken = await findTakenPorts(ports);
  const held = taken.map(({ port, role, holder }) => `${port} (${role}) is held by ${holder ?? 'somebody'}`);
  const ok = taken.length === 0;
  const detail = ok ? `all ${ports.length} are free` : held.join('; ');
  return { check: 'Ports', ok, detail, ...fixUnless(ok, `Choose others in ${project.envFile}.`) };
}

async function checkNodes(project: Project, statusOf: (project: Project) => Promise<StatusReport>): Promise<Finding> {
  const { problems, channels } = await statusOf(project);
  const ok = problems.length === 0;
  const detail = ok ? `every peer answers on ${channels.map(({ name }) => name).join(', ')}` : problems.join(' ');
  const fix = 'The whole picture: npm run network -- status --driver compose; then the log of what is named.';
  return { check: 'Nodes', ok, detail, ...fixUnless(ok, fix) };
}

const fixUnless = (isWell: boolean, fix: string): Pick<Finding, 'fix'> => (isWell ? {} : { fix });
