import { Listr } from 'listr2';
import { askKeeper } from '../requests.ts';
import { type Command, UsageError } from './context.ts';
import { demandRunning } from './demand.ts';

/** Upgrades the chaincode of a running network to what lies on disk, without a pause for its clients. */
export const deployCommand: Command = {
  name: 'deploy',
  summary: 'deploy <version>: packages, installs, approves and commits the chaincode as it lies here',
  async run(context) {
    const [version] = context.positionals;
    if (!version || !/^[A-Za-z0-9][A-Za-z0-9.-]{0,31}$/.test(version)) {
      throw new UsageError('Name the new version: npm run network -- deploy 1.1');
    }
    demandRunning(context);
    const started = performance.now();
    const isTerminal = process.stdout.isTTY === true && !context.json;
    const title = `Version ${version} beside the present one, then alone`;
    const task = () => askKeeper(context.dataFolder, { deploy: version });
    await new Listr([{ title, task }], { renderer: isTerminal ? 'default' : 'silent' }).run();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    context.answer(`Version ${version} serves; the former one is stopped (${seconds} s).`, { version, seconds });
    return 0;
  },
};
