import { type BankName, banks } from '@tangram/network/config/topology.ts';
import type { Network, ProcessName } from '@tangram/network/drivers/network.ts';
import { gatewaysOf } from './customers.ts';
import type { Postgres } from './postgres.ts';

/** Whose process fails where one bank's must. */
const victim: BankName = 'maple';
/** The bank whose read model is in PostgreSQL. */
export const postgresBank: BankName = 'pine';

export interface Scene {
  network: Network;
  postgres: Postgres | undefined;
  pausedMilliseconds: number;
}

/** How long a gap may be; `back`: as long as the process is away. */
export type Aim = number | 'back';

export interface Aims {
  /** Where the bank that is hit has two of each. */
  twofold: { own?: Aim; others?: Aim };
  /** Where it has one of each. */
  single: { own?: Aim; others?: Aim };
}

export interface Struck {
  /** What was hit, in words. */
  target: string;
  /** The bank that the process belongs to; absent where all banks are served by it. */
  bank?: string;
  /** Ends the fault; resolves when what was hit answers again. */
  recover(): Promise<void>;
}

export interface Fault {
  name: string;
  aims: Aims;
  needsPostgres?: boolean;
  /** A bank is away with all it has; the others must go on without it. */
  losesBank?: boolean;
  strike(scene: Scene): Promise<Struck>;
}

const ordering: Aims = { twofold: { others: 2_000 }, single: { others: 2_000 } };
const noAims: Aims = { twofold: {}, single: {} };
const process: Aims = { twofold: { own: 500, others: 500 }, single: { own: 'back', others: 500 } };
const gateway: Aims = { twofold: { own: 1_000, others: 500 }, single: { own: 'back', others: 500 } };
const wholeBank: Aims = { twofold: { own: 'back', others: 500 }, single: { own: 'back', others: 500 } };
const readModel: Aims = { twofold: { others: 500 }, single: { others: 500 } };

/** Every fault in the order in which it is tried: kill -9, where supervision restarts, and SIGSTOP, where all keep silent. */
export const faults: Fault[] = [
  ...bothWays('leader', ordering, async ({ network }) => ({
    role: 'orderer',
    organization: await network.orderingLeader(),
  })),
  ...bothWays('follower', noAims, async ({ network }) => ({
    role: 'orderer',
    organization: await followerOf(network),
  })),
  ...bothWays('peer', process, async () => ({ role: 'peer', organization: victim })),
  ...bothWays('chaincode', process, async () => ({ role: 'chaincode', organization: victim })),
  ...bothWays('gateway', gateway, async ({ network }) => ({
    role: 'gateway',
    organization: victim,
    index: await laneHolder(network, victim),
  })),
  {
    name: 'postgres-kill',
    aims: readModel,
    needsPostgres: true,
    strike: async (scene) => strikePostgres(scene, 'kill'),
  },
  {
    name: 'postgres-stop',
    aims: readModel,
    needsPostgres: true,
    strike: async (scene) => strikePostgres(scene, 'stop'),
  },
  { name: 'bank-down', aims: wholeBank, losesBank: true, strike: loseBank },
];

/** The faults of a list of names; `leader` means both of its kinds. Refuses names that do not exist. */
export function chooseFaults(list: string | undefined): Fault[] {
  if (list === undefined) return faults;
  return list.split(',').flatMap((wanted) => {
    const found = faults.filter(({ name }) => name === wanted || name.startsWith(`${wanted}-`));
    if (found.length > 0) return found;
    throw new Error(`There is no fault ${wanted}; choose among ${faults.map(({ name }) => name).join(', ')}.`);
  });
}

function bothWays(name: string, aims: Aims, choose: (scene: Scene) => Promise<ProcessName>): Fault[] {
  return (['kill', 'stop'] as const).map((how) => ({
    name: `${name}-${how}`,
    aims,
    strike: async (scene) => strikeProcess(scene, await choose(scene), how),
  }));
}

type How = 'kill' | 'stop';

function strikeProcess({ network, pausedMilliseconds }: Scene, process: ProcessName, how: How): Struck {
  const name = 'organization' in process ? `${process.organization}${process.index ? `.${process.index}` : ''}` : '';
  if (how === 'kill') network.kill(process);
  else network.pause(process);
  return {
    target: `${process.role} ${name}`,
    // An orderer serves everybody, its own bank no more than the others.
    ...('organization' in process && process.role !== 'orderer' && { bank: process.organization }),
    recover: async () => {
      if (how === 'stop') {
        await wait(pausedMilliseconds);
        network.resume(process);
      }
      await network.restored(process);
    },
  };
}

function strikePostgres({ postgres, pausedMilliseconds }: Scene, how: How): Struck {
  if (how === 'kill') postgres?.kill();
  else postgres?.pause();
  return {
    target: `PostgreSQL ${postgresBank}`,
    bank: postgresBank,
    recover: async () => {
      if (how === 'stop') {
        await wait(pausedMilliseconds);
        postgres?.resume();
      }
      await postgres?.restored();
    },
  };
}

/** All processes of a bank at once, and they stay down: its machines are lost. */
async function loseBank({ network, pausedMilliseconds }: Scene): Promise<Struck> {
  const { children } = network;
  if (!children) throw new Error('This driver cannot leave a bank down.');
  const bank = await followerOf(network);
  const own = new RegExp(`^(orderer|peer|chaincode|gateway)-${bank}(\\.\\d+)?(-1)?$`);
  const names = children.names().filter((name) => own.test(name));
  const crashed = children.crash(names);
  return {
    target: `all ${names.length} processes of ${bank}`,
    bank,
    recover: async () => {
      await crashed;
      await wait(pausedMilliseconds);
      await children.relaunch(names);
      const indexes = gatewaysOf(network, bank).map((_, index) => index);
      await Promise.all(indexes.map((index) => network.restored({ role: 'gateway', organization: bank, index })));
    },
  };
}

async function followerOf(network: Network): Promise<BankName> {
  const leader = await network.orderingLeader();
  return [...banks].reverse().find((bank) => bank !== leader) as BankName;
}

/** Which of a bank's gateways writes its lane: losing another one would cost nothing. */
async function laneHolder(network: Network, bank: string): Promise<number> {
  const asked = gatewaysOf(network, bank).map(async (url) => {
    const response = await fetch(`${url}/readyz`);
    const { lanes } = (await response.json()) as { lanes: { lane: string; holding: boolean }[] };
    return lanes.some(({ lane, holding }) => lane === bank && holding);
  });
  return Math.max(0, (await Promise.all(asked)).indexOf(true));
}

const wait = (milliseconds: number) => new Promise<void>((wake) => setTimeout(wake, milliseconds));
