import { Listr } from 'listr2';
import { type Command, type Context, UsageError } from '../commands/context.ts';
import { answerFindings } from '../commands/doctor-checks.ts';
import { renderStatus } from '../commands/render-status.ts';
import { renderWhy } from '../commands/render-why.ts';
import { channels } from '../config/topology.ts';
import { createNetwork } from '../drivers/create.ts';
import type { Stage } from '../drivers/network.ts';
import type { StatusReport } from '../native/status.ts';
import type { TransactionReport } from '../native/transaction.ts';
import { resolveForCompose } from './containers.ts';
import { diagnose } from './doctor.ts';
import { openProject, type Project } from './project.ts';

type Run = Command['run'];

/** What the network tool's commands do where the container engine keeps the processes, and no keeper of ours does. */
const runs: Record<string, Run> = { up, down, status, logs, why, deploy, doctor };
// They read the network file and nothing that runs.
const sameEverywhere = ['topology', 'resolve'];

/** The compose driver's way of a command; refuses those that it does not have. */
export function composeCommand(command: Command): Command {
  if (sameEverywhere.includes(command.name)) {
    // Not this machine's addresses but those of the containers.
    return {
      ...command,
      run: (context) => command.run({ ...context, resolved: () => resolveForCompose(context.file) }),
    };
  }
  const run = runs[command.name];
  if (run !== undefined) return { ...command, run };
  const known = [...Object.keys(runs), ...sameEverywhere].join(', ');
  throw new UsageError(
    `${command.name} is not for the compose driver, which knows ${known}. See docs/operating/containers.md.`,
  );
}

async function up(context: Context): Promise<number> {
  const { network } = createNetwork(context);
  await showing(context, network.stages());
  const [gateways, issuer] = [network.gatewayUrls(), network.issuerUrl()];
  const lines = Object.entries(gateways).map(([name, url]) => `  ${name.padEnd(12)} ${url}/docs`);
  const text = `Open for business.\n${lines.join('\n')}\n  ${'issuer'.padEnd(12)} ${issuer}`;
  context.answer(text, { ready: true, driver: context.driver, gateways, issuer });
  return 0;
}

async function down(context: Context): Promise<number> {
  const project = openProject();
  const purge = context.flag('purge');
  const wasRunning = project.isRunning();
  await project.down({ purge });
  const kept = purge ? 'Ledgers, keys and read models are gone.' : 'Volumes keep ledgers and keys for the next up.';
  const stopped = wasRunning ? 'Stopped; no container is left.' : 'Nothing was running.';
  context.answer(`${stopped} ${kept}`, { wasRunning, purged: purge });
  return 0;
}

async function status(context: Context): Promise<number> {
  const report = await statusOf(demandRunning(openProject()));
  const healthy = report.problems.length === 0;
  context.answer(renderStatus(report), { driver: context.driver, healthy, ...report });
  return healthy ? 0 : 1;
}

/** What the nodes say, and which containers the engine does not call well. */
async function statusOf(project: Project): Promise<StatusReport> {
  const report = await project.setUp<StatusReport>('open', 'status');
  const unwell = project
    .containers()
    .filter(({ state, status: words }) => state === 'restarting' || /unhealthy/.test(words))
    .map(
      ({ service, status: words }) =>
        `Container ${service}: ${words}. Its last words: npm run network -- logs ${service} --driver compose`,
    );
  return { ...report, problems: [...report.problems, ...unwell] };
}

async function logs(context: Context): Promise<number> {
  const project = openProject();
  const services = [...new Set(project.containers().map(({ service }) => service))].sort();
  if (services.length === 0)
    throw new Error('There are no containers. Start them: npm run network -- up --driver compose');
  const [service] = context.positionals;
  if (service === undefined) {
    context.answer(services.join('\n'), { logs: services });
    return 0;
  }
  if (!services.includes(service)) {
    throw new UsageError(`There is no container of ${service}; there are ${services.join(', ')}.`);
  }
  const count = Number(context.option('lines') ?? 50);
  if (!Number.isInteger(count) || count < 1) throw new UsageError('--lines must be a whole number above 0.');
  if (context.json && context.flag('follow')) {
    throw new UsageError('Containers are followed as text only: leave out --json, or --follow.');
  }
  if (context.json) {
    const lines = (await project.compose('logs', '--no-color', '--tail', String(count), service)).split('\n');
    context.answer('', { log: service, lines });
    return 0;
  }
  const follow = context.flag('follow') ? ['--follow'] : [];
  return project.show('logs', '--tail', String(count), ...follow, service);
}

async function why(context: Context): Promise<number> {
  const [txId] = context.positionals;
  if (!txId) throw new UsageError('Name the transaction: npm run network -- why <txid> --driver compose');
  const channel = context.option('channel') ?? channels.finance;
  const report = await demandRunning(openProject()).setUp<TransactionReport>('open', 'why', channel, txId);
  context.answer(renderWhy(report), report);
  return report.codeName === 'VALID' ? 0 : 1;
}

async function deploy(context: Context): Promise<number> {
  const [version] = context.positionals;
  // It also becomes an image's tag.
  if (!version || !/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(version)) {
    throw new UsageError(
      'Name the new version, which is its image tag: npm run network -- deploy 1.1 --driver compose',
    );
  }
  demandRunning(openProject());
  const { network } = createNetwork(context);
  const started = performance.now();
  const title = `Version ${version} beside the present one, then alone`;
  await showing(context, [{ title, run: () => network.deploy?.(version) ?? Promise.resolve() }]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  context.answer(`Version ${version} serves; the former one is removed (${seconds} s).`, { version, seconds });
  return 0;
}

async function doctor(context: Context): Promise<number> {
  const findings = await diagnose(statusOf);
  return answerFindings(context, findings);
}

function demandRunning(project: Project): Project {
  if (project.isRunning()) return project;
  throw new Error(`No container of ${project.name} runs. Start them: npm run network -- up --driver compose`);
}

/** A spinner per stage in a terminal, a line per stage in a pipe, nothing for programs. */
async function showing({ json }: Context, stages: Stage[]): Promise<void> {
  const isTerminal = process.stdout.isTTY === true && !json;
  const tasks = stages.map(({ title, run }) => ({
    title,
    task: async () => {
      const started = performance.now();
      await run();
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      if (!isTerminal && !json) process.stdout.write(`✔ ${title} (${seconds} s)\n`);
    },
  }));
  await new Listr(tasks, { renderer: isTerminal ? 'default' : 'silent' }).run();
}
