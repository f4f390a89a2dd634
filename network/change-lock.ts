import { KeeperError, type KeeperRequest } from './requests.ts';

/** Stable code of a request that is refused because another one changes the same processes. */
export const changeUnderWay = 'NETWORK_CHANGE_UNDER_WAY';

type ProcessRequest = Extract<KeeperRequest, { names: string[] }>;

/**
 * Lets a request work on the network only where no other one changes the same processes: two would start children of
 * the same names. A deployment or a change of members has all of them, and wants none halted; halting, relaunching and
 * restarting has those that it names. Refuses the later request with `NETWORK_CHANGE_UNDER_WAY`, before anything is done.
 */
export function createChangeLock() {
  /** What is under way on all processes, or on some, by their names. */
  let onAll: string | undefined;
  const onSome = new Map<string, string>();
  /** Halted by a command that works on their files and relaunches them. */
  const halted = new Set<string>();

  function demandFree(holder: string | undefined): void {
    if (holder === undefined) return;
    throw new KeeperError(
      `${holder} is under way, so nothing was changed. Wait for its end and give the command again.`,
      changeUnderWay,
    );
  }

  async function alone<Answer>(what: string, work: () => Promise<Answer>): Promise<Answer> {
    const [busy] = onSome.values();
    demandFree(onAll ?? busy);
    if (halted.size > 0) {
      const names = [...halted].join(' ');
      throw new KeeperError(
        `Another command has halted ${names}, so nothing was changed. Wait for its end; if it ended without starting them: npm run network -- restart ${names}`,
        changeUnderWay,
      );
    }
    onAll = what;
    try {
      return await work();
    } finally {
      onAll = undefined;
    }
  }

  async function onProcesses<Answer>(request: ProcessRequest, work: () => Promise<Answer>): Promise<Answer> {
    const { children, names } = request;
    demandFree(onAll ?? names.map((name) => onSome.get(name)).find((holder) => holder !== undefined));
    for (const name of names) onSome.set(name, `${children} ${names.join(' ')}`);
    try {
      const answer = await work();
      for (const name of names) children === 'halt' ? halted.add(name) : halted.delete(name);
      return answer;
    } finally {
      for (const name of names) onSome.delete(name);
    }
  }

  return async <Answer>(request: KeeperRequest, work: () => Promise<Answer>): Promise<Answer> => {
    if ('deploy' in request) return alone(`deploy ${request.deploy}`, work);
    if ('members' in request) return alone(`${request.members}-org ${request.organization.name}`, work);
    return 'names' in request ? onProcesses(request, work) : work();
  };
}
