import { readNetworkFile } from '../config/network-file.ts';
import { resolve } from '../config/resolve.ts';
import { readRunFacts } from '../drivers/run-folder.ts';
import { childNames, restartChildren } from '../keeper-control.ts';
import { nativeFolders } from '../native/folders.ts';
import { withMembers } from '../native/members.ts';
import { ordererHealth } from '../operations/orderer-health.ts';
import { type Command, type Context, UsageError } from './context.ts';
import { demandNative, demandRunning } from './demand.ts';

const ordererPrefix = 'orderer-';

/** Restarts processes of a running network one after the other; refuses to take an orderer without which none could order. */
export const restart: Command = {
  name: 'restart',
  summary: 'restart <process> …: stops processes politely and starts them again, one after the other',
  async run(context) {
    const { dataFolder, positionals } = context;
    demandNative(context, 'restart');
    demandRunning(context);
    const known = (await childNames(dataFolder)).sort();
    const unknown = positionals.filter((name) => !known.includes(name));
    if (positionals.length === 0 || unknown.length > 0) {
      const problem = unknown.length > 0 ? `There is no process ${unknown.join(', ')}` : 'Say which processes';
      throw new UsageError(`${problem}; there are ${known.join(', ')}.`);
    }
    for (const name of positionals) {
      if (name.startsWith(ordererPrefix)) await restartOrderer(context, name);
      else await restartChildren(dataFolder, [name]);
    }
    context.answer(`Restarted: ${positionals.join(', ')}.`, { restarted: positionals });
    return 0;
  },
};

function restartOrderer({ dataFolder, file, portBases }: Context, child: string): Promise<void> {
  const network = resolve(readNetworkFile(file), portBases, readRunFacts(dataFolder)?.organization);
  const { organizations } = nativeFolders(dataFolder);
  const name = child.slice(ordererPrefix.length);
  return withMembers(network, organizations, async (members) => {
    const health = ordererHealth(network, organizations, members);
    await health.demandDispensable(name);
    await restartChildren(dataFolder, [child]);
    await health.untilAnswering(name);
  });
}
