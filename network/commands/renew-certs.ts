import { Listr, type ListrTask } from 'listr2';
import { readNetworkFile } from '../config/network-file.ts';
import { onThisMachine, resolve } from '../config/resolve.ts';
import { readRunFacts } from '../drivers/run-folder.ts';
import { nativeFolders } from '../native/folders.ts';
import { withMembers } from '../native/members.ts';
import { createRenewal, type OpenRequest, type Renewal } from '../operations/renew-certs.ts';
import { type Command, type Context, UsageError } from './context.ts';
import { demandNative, demandRunning } from './demand.ts';

const defaults = { days: 30, validityDays: 365 };

interface Outcome {
  renewed: string[];
  /** Channels whose configuration now names the orderers' new certificates. */
  channels: string[];
  waiting: OpenRequest[];
}

/** Renews the certificates of a running network that end soon; exit code 1 when some wait for their CA. */
export const renewCerts: Command = {
  name: 'renew-certs',
  summary:
    'renew-certs [--organization o] [--days n] [--force] [--validity n] [--dry-run]: renews certificates that end soon',
  options: {
    organization: { type: 'string', value: '<name>', text: 'only this organisation, of those on this machine' },
    days: { type: 'string', value: '<n>', text: 'what ends within n days is due (default 30)' },
    validity: { type: 'string', value: '<n>', text: 'the development CA certifies for n days (default 365)' },
    force: { type: 'boolean', text: 'everything is due' },
    'dry-run': { type: 'boolean', text: 'prints the plan and changes nothing' },
  },
  async run(context) {
    demandNative(context, 'renew-certs');
    demandRunning(context);
    // The option chooses among the organisations of this machine; which those are, the run folder knows.
    const here = readRunFacts(context.dataFolder)?.organization;
    const network = resolve(readNetworkFile(context.file), context.portBases, here);
    const organization = context.option('organization');
    const names = onThisMachine(network).organizations.map(({ name }) => name);
    if (organization !== undefined && !names.includes(organization)) {
      throw new UsageError(`${organization} does not run on this machine; ${names.join(', ')} do.`);
    }
    const folders = nativeFolders(context.dataFolder);
    return withMembers(network, folders.organizations, async (members) => {
      const renewal = createRenewal({
        ...{ network, folders, dataFolder: context.dataFolder, members, organization },
        days: wholeDays(context, 'days') ?? defaults.days,
        validityDays: wholeDays(context, 'validity') ?? defaults.validityDays,
        force: context.flag('force'),
      });
      return context.flag('dry-run') ? showPlan(context, renewal) : carryOut(context, renewal);
    });
  },
};

function wholeDays(context: Context, name: string): number | undefined {
  const text = context.option(name);
  if (text === undefined) return undefined;
  const days = Number(text);
  if (!Number.isInteger(days) || days < 1)
    throw new UsageError(`--${name} must be a whole number of days, not ${text}.`);
  return days;
}

async function showPlan(context: Context, { plan, outdatedChannels }: Renewal): Promise<number> {
  const channels = await outdatedChannels();
  const steps = plan.renewals.map(({ unit, daysLeft, reason }) => ({ step: unit.id, daysLeft, reason }));
  const hasOrderers = plan.renewals.some(({ unit }) => unit.kind === 'orderer');
  const lines = [
    ...steps.map(({ step, daysLeft, reason }, index) => `${index + 1}. ${step}: ${daysLeft} days left, ${reason}`),
    ...(hasOrderers || channels.length > 0 ? ['Then the orderers’ new certificates are named in every channel.'] : []),
    ...plan.warnings.map((warning) => `✖ ${warning}`),
  ];
  const text = lines.length > 0 ? `${lines.join('\n')}\nNothing was changed.` : 'No certificate ends soon.';
  context.answer(text, { dryRun: true, steps, channels, warnings: plan.warnings });
  return 0;
}

async function carryOut(context: Context, renewal: Renewal): Promise<number> {
  const outcome: Outcome = { renewed: [], channels: [], waiting: [] };
  const isTerminal = process.stdout.isTTY === true && !context.json;
  const said = (title: string) => {
    if (!isTerminal && !context.json) process.stdout.write(`✔ ${title}\n`);
  };
  const tasks = tasksOf(renewal, outcome).map(
    ({ title, task }): ListrTask => ({
      title,
      task: async (_context, listed) => {
        const note = await task();
        listed.title = note;
        said(note);
      },
    }),
  );
  await new Listr(tasks, { renderer: isTerminal ? 'default' : 'silent' }).run();
  const { warnings } = renewal.plan;
  const lines = [
    outcome.renewed.length > 0
      ? `Renewed: ${outcome.renewed.join(', ')}.`
      : outcome.waiting.length > 0
        ? 'Nothing could be renewed yet.'
        : 'No certificate ends soon.',
    ...outcome.waiting.map(
      ({ organization, use, requestFile, certificateFile }) =>
        `✖ ${organization}, ${use}: have the organisation's CA certify ${requestFile}, lay the certificate at ${certificateFile}, and run renew-certs again.`,
    ),
    ...warnings.map((warning) => `✖ ${warning}`),
  ];
  context.answer(lines.join('\n'), { ...outcome, warnings });
  return outcome.waiting.length > 0 ? 1 : 0;
}

/** What is done, one after the other; each task says what it did. */
function tasksOf(renewal: Renewal, outcome: Outcome): { title: string; task(): Promise<string> }[] {
  const { plan } = renewal;
  const prepare = {
    title: 'New keys, requests and certificates',
    task: async () => {
      await renewal.prepare();
      outcome.waiting = renewal.openRequests();
      const waiting = outcome.waiting.length > 0 ? `, ${outcome.waiting.length} wait for their CA` : '';
      return `New keys, requests and certificates${waiting}`;
    },
  };
  const units = plan.renewals.map((planned) => ({
    title: planned.unit.id,
    task: async () => {
      const { id } = planned.unit;
      if (!(await renewal.renew(planned))) return `${id} waits for its certificates`;
      outcome.renewed.push(id);
      return `${id}: until ${renewal.endOf(planned.unit)}`;
    },
  }));
  const channels = {
    title: 'Orderers’ certificates in the channels’ configuration',
    task: async () => {
      for (const channel of await renewal.outdatedChannels()) {
        const problem = await renewal.nameInChannel(channel);
        if (problem === undefined) outcome.channels.push(channel);
        else plan.warnings.push(problem);
      }
      return outcome.channels.length > 0
        ? `Orderers’ certificates named in ${outcome.channels.join(', ')}`
        : 'The channels name the orderers’ present certificates';
    },
  };
  return [...(plan.renewals.length > 0 ? [prepare] : []), ...units, channels];
}
