import { Listr } from 'listr2';
import type { Stage } from '../drivers/network.ts';

type Access = Record<string, { url: string; token: string }>;

/** How a start shows what it does: spinners in a terminal, plain lines in a pipe, or JSON lines for programs. */
export interface StartConsole {
  stages(stages: Stage[]): Promise<void>;
  /** Shows one step; `note` tells how it came out. A step that throws is shown as unexpected and gives undefined. */
  step<Result>(title: string, work: (note: (text: string) => void) => Promise<Result>): Promise<Result | undefined>;
  /** A table or other closing text, with the same facts as data for programs. */
  report(text: string, data: Record<string, unknown>): void;
  crashed(name: string, lastWords: string): void;
  failed(error: Error): void;
  ready(gateways: Access, issuerUrl: string): void;
  ending(): void;
}

export function createConsole({ json }: { json: boolean }): StartConsole {
  return json ? jsonConsole() : humanConsole();
}

function jsonConsole(): StartConsole {
  const print = (data: object) => process.stdout.write(`${JSON.stringify(data)}\n`);

  async function step<Result>(title: string, work: (note: (text: string) => void) => Promise<Result>) {
    const started = performance.now();
    let detail: string | undefined;
    const milliseconds = () => Math.round(performance.now() - started);
    try {
      const result = await work((text) => {
        detail = text;
      });
      print({ step: title, asExpected: true, milliseconds: milliseconds(), detail });
      return result;
    } catch (error) {
      print({ step: title, asExpected: false, milliseconds: milliseconds(), detail: (error as Error).message });
      return undefined;
    }
  }

  return {
    async stages(stages) {
      for (const { title, run } of stages) {
        const started = performance.now();
        await run();
        print({ stage: title, milliseconds: Math.round(performance.now() - started) });
      }
    },
    step,
    report: (_text, data) => print(data),
    crashed: (process, lastWords) => print({ crashed: process, lastWords }),
    failed: (error) => print({ error: error.message }),
    ready: (gateways, issuer) => print({ ready: true, gateways, issuer }),
    ending: () => {},
  };
}

function humanConsole(): StartConsole {
  const print = (text: string) => process.stdout.write(`${text}\n`);
  const isTerminal = process.stdout.isTTY === true;

  /** A spinner in a terminal; in a pipe one line, when the step is over. */
  async function run(title: string, work: (note: (text: string) => void) => Promise<unknown>, exitOnError: boolean) {
    const started = performance.now();
    const list = new Listr(
      [
        {
          title,
          task: async (_context, task) => {
            let detail = '';
            const note = (text: string) => {
              detail = text;
            };
            await work(note).catch((error: Error) => {
              if (!isTerminal && !exitOnError) print(`✖ ${title}: ${error.message}`);
              throw error;
            });
            const seconds = ((performance.now() - started) / 1000).toFixed(1);
            task.title = `${title}${detail === '' ? '' : `: ${detail}`} (${seconds} s)`;
            if (!isTerminal) print(`✔ ${task.title}`);
          },
        },
      ],
      { exitOnError, renderer: isTerminal ? 'default' : 'silent', rendererOptions: { collapseErrors: false } },
    );
    await list.run();
  }

  return {
    async stages(stages) {
      print('\n七巧板 Tangram: a development network, on loopback only, not for production\n');
      for (const { title, run: work } of stages) await run(title, work, true);
      print('\nThe first day of four banks\n');
    },
    async step(title, work) {
      let result: Awaited<ReturnType<typeof work>> | undefined;
      await run(
        title,
        async (note) => {
          result = await work(note);
        },
        false,
      );
      return result;
    },
    report: (text) => print(`\n${text}`),
    crashed: (_name, lastWords) => print(`  ${lastWords.split('\n')[0]}; starting it again`),
    failed: (error) => process.stderr.write(`\n${error.message}\n`),
    ready(gateways, issuerUrl) {
      print('Open for business. Ctrl-C stops everything; the ledger is kept for the next start.\n');
      for (const [name, { url }] of Object.entries(gateways)) print(`  ${name.padEnd(12)} ${url}/docs`);
      print(`\nA token of the development issuer, and a balance by hand:\n`);
      print(
        `  TOKEN=$(curl -s ${issuerUrl}/token -d '{"bank":"cedar","role":"operator"}' | sed 's/.*"access_token":"\\([^"]*\\).*/\\1/')`,
      );
      print(`  curl -s -H "authorization: Bearer $TOKEN" ${gateways.cedar?.url}/v1/accounts/cedar-1001`);
      print('\nGo on by hand with docs/start.md.');
    },
    ending: () => print('\nStopping …'),
  };
}
