import type { Step } from './chaincode/step.ts';
import type { Role } from './member.ts';
import type { Target } from './session.ts';

/** Numbers from a seed: the same seed gives the same plan, though not the same blocks. */
export function createRandom(seed: number) {
  let state = seed;
  const below = (limit: number): number => {
    state = (state * 1103515245 + 12345) & 0x7fffffff;
    return (state >> 8) % limit;
  };
  return { below, pick: <Item>(list: readonly Item[]): Item => list[below(list.length)] as Item };
}

export type Random = ReturnType<typeof createRandom>;

export const mspIds = ['CedarMSP', 'MapleMSP', 'PineMSP', 'WillowMSP', 'CentralbankMSP'];
const banks = mspIds.slice(0, 4);
const shared = ['pair', 'open'];
const collections = [...shared, 'brief', 'guarded', '_implicit_org_CedarMSP', '_implicit_org_MapleMSP'];
const pair = ['CedarMSP', 'MapleMSP'];

/** One transaction to be proposed: by whom, where, and what it does. */
export interface Plan {
  mspId: string;
  role: Role;
  target: Target;
  steps: Step[];
  /** Whether its envelope is tampered with before it is ordered. */
  isTampered: boolean;
}

/** Plans of one round. They share few keys, so that they conflict. */
export function planRound({ below, pick }: Random, seed: number): Plan[] {
  const keys = Array.from({ length: 12 }, (_, index) => `fuzz${seed}-${String(index).padStart(2, '0')}`);
  const value = () => `value${below(1000)}`;
  // Keys with a policy have a name of their own and are never deleted.
  const publicSteps: (() => Step)[] = [
    ...Array.from({ length: 4 }, () => (): Step => ({ do: 'get', key: pick(keys) })),
    ...Array.from({ length: 4 }, () => (): Step => ({ do: 'put', key: pick(keys), value: value() })),
    () => ({ do: 'delete', key: pick(keys) }),
    () => ({ do: 'range', start: pick(keys), end: pick([...keys, '']), limit: pick([undefined, undefined, 1, 3]) }),
    () => ({ do: 'setPolicy', key: `policy-${pick(keys)}`, organizations: [pick(banks)] }),
    () => ({ do: 'put', key: `policy-${pick(keys)}`, value: value() }),
    () => ({ do: 'getPolicy', key: `policy-${pick(keys)}` }),
    () => ({ do: 'writeBatch', keys: [pick(keys), pick(keys)], value: value() }),
  ];
  const publicStep = () => pick(publicSteps)();
  const steps: (() => Step)[] = [
    ...publicSteps,
    () => ({ do: 'put', key: pick(keys), value: value(), collection: pick(collections) }),
    () => ({ do: 'privateHash', key: pick(keys), collection: pick(collections) }),
    () => ({ do: 'delete', key: pick(keys), collection: pick(collections) }),
    () => ({ do: 'purge', key: pick(keys), collection: pick(collections) }),
    () => ({ do: 'put', key: `policy-${pick(keys)}`, value: value(), collection: pick(shared) }),
    () => ({ do: 'setPolicy', key: `policy-${pick(keys)}`, collection: pick(shared), organizations: [pick(pair)] }),
    () => ({ do: 'event', name: `Event${below(5)}`, value: pick(keys) }),
    () => {
      const nested = JSON.stringify([publicStep(), publicStep()]);
      return { do: 'call', chaincode: pick(['strict', 'nested']), arguments: ['run', nested] };
    },
  ];
  const endorsers: (() => Target['endorsers'])[] = [
    () => 'plan',
    () => 'plan',
    () => pair,
    () => ['PineMSP', 'WillowMSP'],
    () => banks,
    () => [pick(mspIds)],
    () => ['WillowMSP', 'CentralbankMSP'],
  ];
  const plan = (): Plan => {
    const chaincode = pick(['basic', 'basic', 'basic', 'nested', 'strict']);
    const own = Array.from({ length: 1 + below(4) }, () => (chaincode === 'basic' ? pick(steps)() : publicStep()));
    // Data of an organisation's own collection that its peer never got holds that peer up while it looks for it.
    const isImplicit = own.some(({ collection }) => collection?.startsWith('_implicit'));
    const target: Target = { chaincode, endorsers: isImplicit ? pair : pick(endorsers)() };
    return {
      mspId: pick(banks),
      role: pick(['gateway', 'gateway', 'Admin']),
      target,
      steps: own,
      isTampered: below(5) === 0,
    };
  };
  return Array.from({ length: 1 + below(12) }, plan);
}
