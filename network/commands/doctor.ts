import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { findTakenPorts } from '../config/port-check.ts';
import { instanceName, onThisMachine, portsOf } from '../config/resolve.ts';
import { defaultPortBases, resolvePorts } from '../config/topology.ts';
import { validate } from '../config/validate.ts';
import { validateCertificates } from '../config/validate-certificates.ts';
import { holderOf } from '../drivers/run-folder.ts';
import { describeMissing, fabricVersion, findBinaries, versionOf } from '../native/binaries.ts';
import { nativeFolders } from '../native/folders.ts';
import type { Command, Context } from './context.ts';
import { statusOf } from './status.ts';

const freeGigabytesMin = 2;
const clockSecondsMax = 30;
const clockMilliseconds = 3_000;

interface Finding {
  check: string;
  ok: boolean;
  /** What was found; for a bad one also what to do. */
  detail: string;
}

/** Looks for what would keep a network from starting or running, each with its fix; exit code 1 when it finds some. */
export const doctor: Command = {
  name: 'doctor',
  summary: 'looks for what would keep a network from working, each with its fix',
  async run(context) {
    const isRunning = holderOf(context.dataFolder) !== undefined;
    const findings = [
      checkNode(),
      checkDisk(context.dataFolder),
      await checkClock(context, isRunning),
      ...(context.driver === 'native' ? await checkNative(context) : []),
      isRunning ? await checkNodes(context) : await checkPorts(context),
    ];
    const isWell = findings.every(({ ok }) => ok);
    const lines = findings.map(({ check, ok, detail }) => `${ok ? '✔' : '✖'} ${check}: ${detail}`);
    context.answer(lines.join('\n'), { healthy: isWell, findings });
    return isWell ? 0 : 1;
  },
};

function checkNode(): Finding {
  const major = Number(process.versions.node.split('.')[0]);
  const ok = major >= 24;
  return {
    check: 'Node',
    ok,
    detail: ok ? process.version : `${process.version}; run it through npm, which brings Node 24.`,
  };
}

/** Free space where the run folder is, or will be. */
function checkDisk(dataFolder: string): Finding {
  let folder = dataFolder;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = statfsSync(folder);
  const gigabytes = (bavail * bsize) / 1024 ** 3;
  const ok = gigabytes >= freeGigabytesMin;
  const detail = `${gigabytes.toFixed(1)} GB free in ${folder}`;
  return {
    check: 'Disk',
    ok,
    detail: ok ? detail : `${detail}; free ${freeGigabytesMin} GB, or choose --data elsewhere.`,
  };
}

/** Chaincode refuses proposals a minute off its clock, so the nodes' clocks, as their HTTP answers tell them, count. */
async function checkClock(context: Context, isRunning: boolean): Promise<Finding> {
  const check = 'Clock';
  if (!isRunning || context.driver === 'embedded') return { check, ok: true, detail: new Date().toISOString() };
  const peers = context.resolved().organizations.flatMap((organization) =>
    organization.peers.map(({ index, operationsPort }) => ({
      name: instanceName(organization.name, index),
      url: `http://${organization.host}:${operationsPort}/healthz`,
    })),
  );
  const asked = peers.map(async ({ name, url }) => {
    const response = await fetch(url, { signal: AbortSignal.timeout(clockMilliseconds) });
    return { name, seconds: Math.abs(Date.now() - Date.parse(response.headers.get('date') ?? '')) / 1000 };
  });
  const answers = (await Promise.allSettled(asked)).flatMap((each) =>
    each.status === 'fulfilled' ? [each.value] : [],
  );
  const wrong = answers.filter(({ seconds }) => !(seconds <= clockSecondsMax));
  const detail = wrong.map(
    ({ name, seconds }) => `${name} is ${Math.round(seconds)} s away: set up chrony or ntpd there`,
  );
  return {
    check,
    ok: wrong.length === 0,
    detail: detail.join('; ') || `${answers.length} peers within ${clockSecondsMax} s`,
  };
}

async function checkNative(context: Context): Promise<Finding[]> {
  const network = context.resolved();
  const problems = validate(network);
  const { organizations } = nativeFolders(context.dataFolder);
  const hasKeys = network.organizations.every(({ name }) => existsSync(`${organizations}/${name}`));
  const expired = hasKeys ? validateCertificates(network, organizations) : [];
  return [
    await checkBinaries(),
    {
      check: 'Network file',
      ok: problems.length === 0,
      detail: problems.length === 0 ? context.file : problems.join(' '),
    },
    {
      check: 'Certificates',
      ok: expired.length === 0,
      detail: expired.length > 0 ? expired.join(' ') : hasKeys ? 'all valid' : 'none yet; up issues them',
    },
  ];
}

async function checkBinaries(): Promise<Finding> {
  const check = 'Fabric';
  try {
    const found = findBinaries();
    if (!found) return { check, ok: false, detail: describeMissing('the doctor fetches nothing; up does.') };
    const versions = [...new Set(await Promise.all([found.peer, found.orderer].map(versionOf)))];
    const detail = `${versions.join(' and ')} in ${dirname(found.peer)}`;
    // A build of one's own calls itself `latest`: nobody can tell which release it is.
    const ok = versions.every((version) => version === fabricVersion || version === 'latest');
    return {
      check,
      ok,
      detail: ok ? detail : `${detail}; this tool is tested with ${fabricVersion}: set FABRIC_BIN to it.`,
    };
  } catch (error) {
    return { check, ok: false, detail: (error as Error).message };
  }
}

async function checkPorts(context: Context): Promise<Finding> {
  const ports =
    context.driver === 'native'
      ? portsOf(onThisMachine(context.resolved()))
      : resolvePorts(context.portBases ?? defaultPortBases).all;
  const taken = await findTakenPorts(ports);
  const held = taken.map(({ port, role, holder }) => `${port} (${role}) is held by ${holder ?? 'somebody'}`);
  const detail =
    taken.length === 0 ? `all ${ports.length} are free` : `${held.join('; ')}. End that, or choose --port-base.`;
  return { check: 'Ports', ok: taken.length === 0, detail };
}

async function checkNodes(context: Context): Promise<Finding> {
  const { problems, channels } = await statusOf(context);
  const ok = problems.length === 0;
  return {
    check: 'Nodes',
    ok,
    detail: ok ? `every peer answers on ${channels.map(({ name }) => name).join(', ')}` : problems.join(' '),
  };
}
