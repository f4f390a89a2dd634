import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Place in /proc/<pid>/stat, counted from 1, of the time at which a process began. */
const startTimeField = 22;

/** What a run folder may hold; clearing it removes these names and nothing else. */
const entries = [
  'organizations',
  'network',
  'nodes',
  'gateways',
  'issuer',
  'logs',
  'clock.json',
  'driver.json',
  'chaincode.json',
  'network.yaml',
  'updates',
];

/** What a backup or a restore leaves when it is killed with -9: keys and private data in the clear. */
const leftover = /^(backup|restore)-.+\.partial$/;

/** Forgets the ledger, keys and read models of a run folder. */
export function clearRunFolder(dataFolder: string): void {
  const present = existsSync(dataFolder) ? readdirSync(dataFolder) : [];
  const own = [...entries, ...present.filter((name) => leftover.test(name))];
  for (const entry of own) rmSync(join(dataFolder, entry), { recursive: true, force: true });
}

/** Claims a run folder for this process: two would write the same ledger. Refuses one that a living process holds. */
export function lockRunFolder(dataFolder: string): void {
  const holder = holderOf(dataFolder);
  if (holder !== undefined) {
    throw new Error(
      `Process ${holder} already runs in ${dataFolder}. End it, or use another folder: npm start -- --data /tmp/tangram --port-base 20000`,
    );
  }
  mkdirSync(dataFolder, { recursive: true });
  writeFileSync(lockFile(dataFolder), nameOf(process.pid));
}

export function unlockRunFolder(dataFolder: string): void {
  if (readOrNothing(lockFile(dataFolder)) === nameOf(process.pid)) rmSync(lockFile(dataFolder));
}

/** The living process that holds a run folder; not another one that has got its number since. */
export function holderOf(dataFolder: string): number | undefined {
  const [number, ...noted] = readOrNothing(lockFile(dataFolder)).split(' ');
  const pid = Number(number);
  if (!(pid > 0) || !isAlive(pid)) return undefined;
  const birth = birthOf(pid);
  const isOther = noted.length > 0 && birth !== undefined && noted.join(' ') !== birth;
  return isOther ? undefined : pid;
}

/** What was last started in a run folder. */
export interface RunFacts {
  driver: string;
  file?: string;
  /** The organisation that runs here, where the others run elsewhere. */
  organization?: string;
  portBases?: { gateway: number; network: number };
}

export function readRunFacts(dataFolder: string): RunFacts | undefined {
  const text = readOrNothing(join(dataFolder, 'driver.json'));
  return text === '' ? undefined : JSON.parse(text);
}

/** Refuses another driver than the folder's: read models belong to one ledger. */
export function demandDriver(dataFolder: string, driver: string): void {
  const present = readRunFacts(dataFolder);
  if (!present || present.driver === driver) return;
  throw new Error(
    `${dataFolder} holds the ledger of the ${present.driver} driver. Use another folder (--data), or forget it: npm start -- --fresh, or npm run network -- down --purge.`,
  );
}

/** Notes what is started. Refuses another driver than the folder's. */
export function noteRunFacts(dataFolder: string, facts: RunFacts): void {
  demandDriver(dataFolder, facts.driver);
  mkdirSync(dataFolder, { recursive: true });
  writeFileSync(join(dataFolder, 'driver.json'), `${JSON.stringify(facts)}\n`);
}

/** Where the keeper of a run folder hears requests. */
export const requestSocket = (dataFolder: string): string => join(dataFolder, 'run.sock');

const lockFile = (dataFolder: string) => join(dataFolder, 'run.pid');

function readOrNothing(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** A process as no other one is called: its number, and its birth where the system tells it. */
const nameOf = (pid: number): string => [pid, birthOf(pid) ?? []].flat().join(' ');

/** When a process began, as `<run of the machine> <ticks since>`; undefined where the system does not tell. */
function birthOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name, which may hold anything, ends with the last parenthesis and is the second field.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return `${boot} ${fields[startTimeField - 3]}`;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
