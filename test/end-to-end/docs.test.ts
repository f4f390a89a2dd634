import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { driver, type RunningNetwork, startRunningNetwork } from './running-network.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/start.md'), 'utf8');

/** The page's commands in order, each with the JSON that the page promises next, if it promises any. */
const steps = [...text.matchAll(/```sh\n([\s\S]*?)```(?:\n\n```json\n([\s\S]*?)```)?/g)].map(
  ([, command, promised]) => ({
    command: command ?? '',
    promised: promised === undefined ? undefined : (JSON.parse(promised) as object),
  }),
);

// The name tells why it does not run.
const isEmbedded = driver === 'embedded';
const describePage = isEmbedded ? describe : describe.skip;
const title = `docs/start.md${isEmbedded ? '' : ` (TANGRAM_DRIVER is ${driver}: the page asks the control port of the embedded network)`}`;

describePage(title, () => {
  let running: RunningNetwork;
  beforeAll(async () => {
    running = await startRunningNetwork();
  }, 120_000);
  afterAll(() => running.stop(), 60_000);

  test('its commands answer what it says', async () => {
    const mark = '---- end of step ----';
    const script = steps.map(({ command }) => `${command}\necho\necho '${mark}'\n`).join('');
    const { stdout } = await promisify(execFile)('bash', ['-c', onPortsOf(running.portBase, script)]);
    const answers = stdout.split(mark).map((answer) => answer.trim());

    expect(steps.filter(({ promised }) => promised).length).toBeGreaterThan(8);
    for (const [index, { command, promised }] of steps.entries()) {
      if (!promised) continue;
      expect({ command, answer: JSON.parse(answers[index] ?? '') }).toMatchObject({ command, answer: promised });
    }
    expect(answers.at(-1)).toBe('');
  });
});

/** The page uses the default ports; the test's network has others. */
function onPortsOf(portBase: number, script: string): string {
  return script
    .replaceAll(/127\.0\.0\.1:80(8[0-9]|90)/g, (_all, port) => `127.0.0.1:${portBase + Number(port) - 80}`)
    .replaceAll('127.0.0.1:7060', `127.0.0.1:${portBase + 60}`);
}
