import type { TakenPort } from '../config/port-check.ts';
import type { PeerClocks } from '../native/peer-clocks.ts';
import type { Context } from './context.ts';

/** What a check found; a bad finding says what to do. */
export interface Finding {
  check: string;
  ok: boolean;
  detail: string;
  fix?: string;
  /** Nothing could be checked: neither well nor bad. */
  isNote?: true;
}

const nodeMajorMin = 24;
const freeGigabytesMin = 2;
const clockSecondsMax = 30;
/** Said where all nodes run on this machine. */
export const oneClock = 'all nodes have the clock of this machine: there is none to compare with';

/** Answers with every finding, the bad ones with what to do; returns the exit code. */
export function answerFindings({ answer }: Pick<Context, 'answer'>, findings: readonly Finding[]): number {
  const isWell = findings.every(({ ok }) => ok);
  const lines = findings.flatMap(({ check, ok, detail, fix, isNote }) => [
    `${isNote ? '-' : ok ? '✔' : '✖'} ${check}: ${detail}`,
    ...(fix === undefined ? [] : [`  fix: ${fix}`]),
  ]);
  answer(lines.join('\n'), { healthy: isWell, findings });
  return isWell ? 0 : 1;
}

const finding = (check: string, problems: readonly string[], answer: { well: string; fix: string }): Finding =>
  problems.length === 0
    ? { check, ok: true, detail: answer.well }
    : { check, ok: false, detail: problems.join('; '), fix: answer.fix };

/** Why a check had nothing to look at. */
export const noteOf = (check: string, detail: string): Finding => ({ check, ok: true, detail, isNote: true });

/** The Node that runs this tool, and the product. */
export function judgeNode(version: string): Finding {
  const isOld = Number(/^v?(\d+)/.exec(version)?.[1]) < nodeMajorMin;
  return finding('Node', isOld ? [`${version} is too old`] : [], {
    well: version,
    fix: `Run it through npm, which brings Node ${nodeMajorMin}.`,
  });
}

/** Free space where the run folder is, or will be. */
export function judgeDisk(folder: string, freeBytes: number): Finding {
  const gigabytes = freeBytes / 1024 ** 3;
  const detail = `${gigabytes.toFixed(1)} GB free in ${folder}`;
  return finding('Disk', gigabytes < freeGigabytesMin ? [detail] : [], {
    well: detail,
    fix: `Free ${freeGigabytesMin} GB, or choose --data elsewhere.`,
  });
}

/** Chaincode refuses proposals a minute off its clock, so the clocks of the other banks' hosts count. */
export function judgeClocks({ told, silent }: PeerClocks): Finding {
  const unheard = silent.length === 0 ? '' : `; ${silent.join(', ')} did not tell`;
  if (told.length === 0) return noteOf('Clock', `there is none to compare with${unheard}`);
  const wrong = told.filter(({ seconds }) => !(Math.abs(seconds) <= clockSecondsMax));
  const words = wrong.map(
    ({ node, seconds }) => `${node} is ${Math.abs(Math.round(seconds))} s ${seconds < 0 ? 'behind' : 'ahead'}`,
  );
  return finding('Clock', words, {
    well: `${told.map(({ node }) => node).join(', ')} within ${clockSecondsMax} s of this machine${unheard}`,
    fix: 'Set up chrony or ntpd there, or here when all are off alike.',
  });
}

/** Ports that must be free before a network starts. */
export function judgePorts(taken: readonly TakenPort[], count: number): Finding {
  const held = taken.map(
    ({ port, role, holder }) => `${port} (${role}) is held by ${holder ?? 'a process of another user'}`,
  );
  return finding('Ports', held, {
    well: `all ${count} are free`,
    fix: 'End that process, or choose other ports: --port-base.',
  });
}

/** Versions that the programs call themselves; a build of one's own says `latest`, which could be any. */
export function judgeVersions(versions: readonly string[], folder: string, wanted: string): Finding {
  const other = [...new Set(versions)].filter((version) => version !== wanted && version !== 'latest');
  return finding(
    'Fabric',
    other.map((version) => `${version} in ${folder}`),
    {
      well: `${[...new Set(versions)].join(' and ')} in ${folder}`,
      fix: `This tool is tested with ${wanted}: set FABRIC_BIN to the folder of its programs.`,
    },
  );
}

/** Reasons why a network file is refused. */
export function judgeNetworkFile(file: string, problems: readonly string[]): Finding {
  return finding('Network file', problems, {
    well: file,
    fix: `Correct ${file}; npm run network -- resolve shows what it stands for.`,
  });
}

/** Certificates in files; `hasKeys` is false before the first start. */
export function judgeCertificates(problems: readonly string[], hasKeys: boolean): Finding {
  return finding('Certificates', problems, {
    well: hasKeys ? 'all valid' : 'none yet; up issues them',
    fix: 'Renew them: npm run network -- renew-certs. One of a foreign CA: take it from the organisation itself.',
  });
}

/** Listeners that this machine must reach. */
export function judgeReachability(
  silent: readonly { role: string; address: string; reason: string }[],
  count: number,
): Finding {
  const words = silent.map(({ role, address, reason }) => `${role} at ${address}: ${reason}`);
  return finding('Reachability', words, {
    well: count === 0 ? 'nothing elsewhere to reach' : `all ${count} listeners answer`,
    fix: 'Start the process there (npm run network -- logs), or open the port in the firewall between.',
  });
}

/** What `status` found wrong. */
export function judgeStatus(problems: readonly string[], channels: readonly string[]): Finding {
  return finding('Nodes', problems, {
    well: `every node answers on ${channels.join(', ')}`,
    fix: 'See the whole picture: npm run network -- status; then the log of what is named: npm run network -- logs.',
  });
}
