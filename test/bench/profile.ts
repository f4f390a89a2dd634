import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BenchNetwork } from './bench-network.ts';
import type { LoadProcess } from './load/load-process.ts';
import type { Probe } from './probes.ts';
import { type ProcessKind, readProcesses } from './process-costs.ts';

const run = promisify(execFile);
const shownMax = 12;
/** Where Node opens its inspector on SIGUSR1, one process at a time. */
const inspectorUrl = 'http://127.0.0.1:9229/json/list';
const inspectorTries = 50;
const inspectorPause = 100;
const sampleHertz = 99;
/** What is written in Go, and what runs in Node, the embedded network among it. */
const programs: readonly ProcessKind[] = ['peers', 'orderers'];
const scripts: readonly ProcessKind[] = ['peers and orderers', 'chaincode', 'gateways'];
const root = `file://${join(import.meta.dirname, '../..')}/`;

/** How the report and the page name a profile's figures. */
export const profilePrefix = 'profile of ';

/** One sampled stack frame, as V8's inspector gives it. */
interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string };
}

export interface NodeProfile {
  nodes: ProfileNode[];
  samples: number[];
  timeDeltas: number[];
}

/**
 * Where one process of each kind spends its time, in per cent of the samples in which it worked: Go programs by Linux's perf
 * for the whole window, Node programs by V8's profiler, one after the other, because they open their inspectors on one port.
 */
export async function watchProfiles(
  network: BenchNetwork,
  { loads, seconds }: { loads: readonly LoadProcess[]; seconds: number },
): Promise<Probe> {
  const busiest = busiestOf(network, loads);
  const native = [...busiest].filter(([kind]) => programs.includes(kind));
  const scripted = [...busiest].filter(([kind]) => scripts.includes(kind));
  const turn = (seconds / Math.max(1, scripted.length)) * 1_000;
  const running = Promise.all([
    ...native.map(async ([kind, pid]) => named(kind, await profileProgram(pid, seconds))),
    (async () => {
      const found: Record<string, number> = {};
      for (const [kind, pid] of scripted) Object.assign(found, named(kind, await profileNode(pid, turn)));
      return found;
    })(),
  ]);
  // What was measured stands without its profile.
  const found = running.catch((error: Error) => {
    process.stderr.write(`no profile: ${error.message}\n`);
    return [];
  });
  return { stop: async () => Object.assign({}, ...(await found)) as Record<string, number> };
}

/** Of each kind the process that has worked most so far. */
function busiestOf(network: BenchNetwork, loads: readonly LoadProcess[]): Map<ProcessKind, number> {
  const chosen = new Map<ProcessKind, { pid: number; milliseconds: number }>();
  for (const [pid, { kind, processorMilliseconds }] of readProcesses(network.roots(loads))) {
    if (processorMilliseconds <= (chosen.get(kind)?.milliseconds ?? -1)) continue;
    chosen.set(kind, { pid, milliseconds: processorMilliseconds });
  }
  return new Map([...chosen].map(([kind, { pid }]) => [kind, pid]));
}

const named = (kind: ProcessKind, shares: [string, number][]): Record<string, number> =>
  Object.fromEntries(shares.slice(0, shownMax).map(([what, share]) => [`${profilePrefix}${kind}: ${what}, %`, share]));

/** Symbols of a program and their shares. Throws when perf is not installed or may not look. */
async function profileProgram(pid: number, seconds: number): Promise<[string, number][]> {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-profile-'));
  const file = join(folder, 'perf.data');
  try {
    await run('perf', [
      ...['record', '-q', '-F', String(sampleHertz), '-o', file, '-p', String(pid)],
      ...['--', 'sleep', String(seconds)],
    ]);
    const report = ['report', '--stdio', '-q', '--no-children', '--sort', 'symbol', '-i', file];
    const { stdout } = await run('perf', report, { maxBuffer: 2 ** 26 });
    return sharesOfReport(stdout);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Reads lines such as `  4.21%  [.] runtime.scanobject   -  -`, whose last columns are of no use here. */
export function sharesOfReport(text: string): [string, number][] {
  return text.split('\n').flatMap((line): [string, number][] => {
    const found = /^\s*([\d.]+)%\s+\[(.)\]\s+(\S.*?)(\s{2,}.*)?$/.exec(line);
    if (!found) return [];
    const [, share, space, symbol] = found;
    return [[space === 'k' ? `${symbol} (kernel)` : String(symbol), Number(share)]];
  });
}

/** Modules of a Node process and their shares. Throws when its inspector does not open. */
async function profileNode(pid: number, milliseconds: number): Promise<[string, number][]> {
  process.kill(pid, 'SIGUSR1');
  const inspector = await connect(pid);
  try {
    await inspector.ask('Profiler.enable');
    await inspector.ask('Profiler.start');
    await sleep(milliseconds);
    const { profile } = (await inspector.ask('Profiler.stop')) as { profile: NodeProfile };
    return sharesOfProfile(profile);
  } finally {
    await inspector.ask('Runtime.evaluate', { expression: closing }).catch(() => undefined);
    inspector.close();
    // The next process opens its inspector on the same port.
    await until(async () => (await targets()) === undefined, `Process ${pid} closed no inspector.`);
  }
}

const closing = "setTimeout(() => process.getBuiltinModule('node:inspector').close(), 10)";

/** Share of each module, package or part of Node in the time in which the process worked. */
export function sharesOfProfile({ nodes, samples, timeDeltas }: NodeProfile): [string, number][] {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, moduleOf(callFrame)]));
  const times = new Map<string, number>();
  let total = 0;
  for (const [index, sample] of samples.entries()) {
    const name = names.get(sample);
    if (name === undefined || name === '(idle)') continue;
    const time = timeDeltas[index] ?? 0;
    times.set(name, (times.get(name) ?? 0) + time);
    total += time;
  }
  const shares = [...times].map(([name, time]): [string, number] => [name, (100 * time) / Math.max(1, total)]);
  return shares.sort(([, one], [, other]) => other - one);
}

/** `chaincode/core/book`, `@grpc/grpc-js`, `node:internal/streams/readable`, or what V8 calls what is none of these. */
function moduleOf({ url, functionName }: ProfileNode['callFrame']): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'built into V8 and Node';
  const packaged = url.split('/node_modules/').at(-1) ?? url;
  if (packaged !== url) return packaged.split('/', packaged.startsWith('@') ? 2 : 1).join('/');
  if (url.startsWith('node:')) return url;
  const parts = url.replace(root, '').split('/');
  return parts.slice(0, Math.min(3, Math.max(1, parts.length - 1))).join('/');
}

interface Inspector {
  ask(method: string, params?: object): Promise<unknown>;
  close(): void;
}

async function connect(pid: number): Promise<Inspector> {
  const socket = new WebSocket(await findInspector(pid));
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  let count = 0;
  const lost = new Error(`The inspector of process ${pid} went away.`);
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve, { once: true });
    socket.addEventListener('error', () => reject(lost), { once: true });
  });
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data));
    const answer = asked.get(id);
    if (error) answer?.reject(new Error(error.message));
    else answer?.resolve(result);
    asked.delete(id);
  });
  socket.addEventListener('close', () => {
    for (const { reject } of asked.values()) reject(lost);
  });
  return {
    ask: (method, params = {}) => {
      count += 1;
      const id = count;
      const answer = Promise.withResolvers<unknown>();
      asked.set(id, answer);
      socket.send(JSON.stringify({ id, method, params }));
      return answer.promise;
    },
    close: () => socket.close(),
  };
}

/** Where an inspector that is open is reached; undefined where none is. */
const targets = (): Promise<string | undefined> =>
  fetch(inspectorUrl).then(
    async (answer) => ((await answer.json()) as { webSocketDebuggerUrl: string }[])[0]?.webSocketDebuggerUrl,
    () => undefined,
  );

async function findInspector(pid: number): Promise<string> {
  let found: string | undefined;
  await until(async () => {
    found = await targets();
    return found !== undefined;
  }, `Process ${pid} opened no inspector at ${inspectorUrl}; another one may hold the port.`);
  return String(found);
}

async function until(condition: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (let tries = 0; !(await condition()); tries += 1) {
    if (tries === inspectorTries) throw new Error(otherwise);
    await sleep(inspectorPause);
  }
}
