import { Listr, type ListrTask } from 'listr2';
import type { PlannedStep } from '../operations/members/step.ts';
import { askKeeper, type MemberRequest } from '../requests.ts';
import { type Context, UsageError } from './context.ts';
import { demandNative, demandRunning } from './demand.ts';

export const memberOptions = {
  'dry-run': { type: 'boolean', text: 'prints the steps, and who must agree to each; changes nothing' },
} as const;

/** What add-org and remove-org have in common: the name, the plan, progress by steps, the answer. */
export async function changeMembers(
  context: Context,
  members: MemberRequest['members'],
  more: Omit<MemberRequest['organization'], 'name'> = {},
): Promise<number> {
  const [name] = context.positionals;
  if (!name || !/^[a-z][a-z0-9]{1,30}$/.test(name)) {
    throw new UsageError(`Name the bank in lower-case letters and digits: npm run network -- ${members}-org birch`);
  }
  demandNative(context, `${members}-org`);
  demandRunning(context);
  const request = { members, organization: { name, ...more } };
  const plan = await askKeeper<PlannedStep[]>(context.dataFolder, { ...request, dryRun: true });
  if (context.flag('dry-run')) {
    context.answer(renderPlan(plan), { organization: name, dryRun: true, steps: plan });
    return 0;
  }
  const started = performance.now();
  const steps = await showSteps(context, plan, (report) =>
    askKeeper<PlannedStep[]>(context.dataFolder, { ...request, dryRun: false }, report),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const end = members === 'add' ? `${name} pays and is paid` : `${name} left; its ledger stays readable`;
  context.answer(`${end} (${seconds} s).`, { organization: name, seconds, steps });
  return 0;
}

const renderPlan = (plan: readonly PlannedStep[]): string =>
  [
    'Nothing was changed. In this order:',
    ...plan.map(
      ({ title, signers, isDone }, index) =>
        `  ${index + 1}. ${isDone ? '(done) ' : ''}${title}${signers ? `\n       needs: ${signers}` : ''}`,
    ),
  ].join('\n');

/** A spinner per step in a terminal, a line per step in a pipe, nothing for programs. */
async function showSteps<Result>(
  { json }: Context,
  plan: readonly PlannedStep[],
  run: (report: (title: string) => void) => Promise<Result>,
): Promise<Result> {
  const isTerminal = process.stdout.isTTY === true && !json;
  const ends = plan.map(({ title }) => ({ title, ...Promise.withResolvers<void>() }));
  const result = run((title) => {
    if (!isTerminal && !json) process.stdout.write(`✔ ${title}\n`);
    ends.find((each) => each.title === title)?.resolve();
  });
  const end = (finish: (step: (typeof ends)[number]) => void) => {
    for (const step of ends) finish(step);
  };
  result.then(
    () => end(({ resolve }) => resolve()),
    (error) => end(({ reject }) => reject(error)),
  );
  for (const { promise } of ends) promise.catch(() => {});
  const tasks = ends.map(({ title, promise }): ListrTask => ({ title, task: () => promise }));
  await new Listr(tasks, { renderer: isTerminal ? 'default' : 'silent' }).run();
  return result;
}
