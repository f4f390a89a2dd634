/** Jest's own test engine (jest-circus) and matchers without Jest around them: loads test files once, runs them often. */
import { registerHooks } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { jestExpect } from '@jest/expect';
import type { Circus } from '@jest/types';
import fc from 'fast-check';
import * as circus from 'jest-circus';

export interface TestOutcome {
  /** `<file>: <names of its blocks and its own>`. */
  readonly id: string;
  readonly milliseconds: number;
  /** Undefined when it passed. */
  readonly failure?: string;
}

export interface RunChoice {
  /** Tests to run; all of the file unless given. */
  readonly only?: ReadonlySet<string>;
  readonly stopsAtFailure: boolean;
  /** Called with the test that begins, and with nothing when it ends. */
  readonly announce?: (id: string | undefined) => void;
}

interface LoadedFile {
  readonly state: Circus.State;
  readonly tests: ReadonlyMap<string, Circus.TestEntry>;
}

const clock = performance.now.bind(performance);

export class TestEngine {
  readonly #root: string;
  readonly #loaded = new Map<string, LoadedFile>();
  #ids = new Map<Circus.TestEntry, string>();
  #generation = 0;
  #outcomes: TestOutcome[] = [];
  #choice: RunChoice = { stopsAtFailure: false };
  #startedAt = 0;
  /** A promise that nobody awaited failed: so has the test that runs. */
  #stray: unknown;

  constructor(root: string) {
    this.#root = root;
    const { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } = circus;
    Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, it, test, expect: jestExpect });
    // The same examples in every run, and no search for the smallest one that fails. Examples that a busy machine has
    // no time for can only let a mutant live.
    fc.configureGlobal({ seed: 1, endOnFailure: true, interruptAfterTimeLimit: 4000 });
    this.#loadByGeneration();
    circus.addEventHandler((event) => this.#follow(event));
    process.on('unhandledRejection', (reason) => {
      this.#stray = reason ?? new Error('a promise was rejected');
    });
  }

  /** Puts the number of their generation behind the addresses of our modules, so that a new number loads all anew. */
  #loadByGeneration() {
    const ours = `${pathToFileURL(this.#root).href}/`;
    const fewerExamples = pathToFileURL(join(import.meta.dirname, 'fewer-examples.ts')).href;
    registerHooks({
      resolve: (specifier, context, next) => {
        if (specifier === 'fast-check' && context.parentURL?.startsWith(ours)) return next(fewerExamples, context);
        const found = next(specifier, context);
        if (!found.url.startsWith(ours) || found.url.includes('/node_modules/')) return found;
        const [, parents] = /\?generation=(\d+)$/.exec(context.parentURL ?? '') ?? [];
        return { ...found, url: `${found.url}?generation=${parents ?? this.#generation}` };
      },
    });
  }

  /** Forgets all modules. */
  reload(): void {
    this.#generation += 1;
    this.#loaded.clear();
    this.#ids = new Map();
  }

  /** Loads a test file unless it is loaded, with what it imports. */
  async load(file: string): Promise<LoadedFile> {
    const known = this.#loaded.get(file);
    if (known) return known;
    circus.resetState();
    const state = circus.getState();
    state.testTimeout = 120_000;
    await import(pathToFileURL(join(this.#root, file)).href);
    const tests = new Map<string, Circus.TestEntry>();
    for (const entry of testsOf(state.rootDescribeBlock)) {
      let id = `${file}: ${nameOf(entry)}`;
      while (tests.has(id)) id += "'";
      tests.set(id, entry);
      this.#ids.set(entry, id);
    }
    const loaded = { state, tests };
    this.#loaded.set(file, loaded);
    return loaded;
  }

  /** Runs tests of a file; a failure outside any test counts for the first of them. */
  async run(file: string, choice: RunChoice): Promise<TestOutcome[]> {
    const { state, tests } = await this.load(file);
    const { only } = choice;
    for (const [id, entry] of tests) {
      entry.mode = only === undefined || only.has(id) ? undefined : 'skip';
      Object.assign(entry, { errors: [], status: null, invocations: 0, seenDone: false });
    }
    state.unhandledErrors.length = 0;
    circus.setState(state);
    this.#outcomes = [];
    this.#choice = choice;
    await circus.run();
    const [id] = only ?? tests.keys();
    const [failure] = state.unhandledErrors;
    if (failure !== undefined && id !== undefined) {
      this.#outcomes.push({ id, milliseconds: 0, failure: messageOf(failure) });
    }
    return this.#outcomes;
  }

  #follow(event: Circus.Event) {
    const { announce, stopsAtFailure } = this.#choice;
    if (event.name === 'test_start') {
      this.#startedAt = clock();
      this.#stray = undefined;
      announce?.(this.#ids.get(event.test));
    }
    if (event.name === 'test_skip' || event.name === 'test_done') announce?.(undefined);
    if (event.name !== 'test_done') return;
    const { test: entry } = event;
    const id = this.#ids.get(entry) ?? nameOf(entry);
    const failure = entry.errors[0] ?? this.#stray;
    const outcome = { id, milliseconds: clock() - this.#startedAt };
    this.#outcomes.push(failure === undefined ? outcome : { ...outcome, failure: messageOf(failure) });
    if (failure === undefined || !stopsAtFailure) return;
    for (const other of this.#ids.keys()) other.mode = 'skip';
  }
}

function testsOf(block: Circus.DescribeBlock): Circus.TestEntry[] {
  return block.children.flatMap((child) => (child.type === 'test' ? [child] : testsOf(child)));
}

function nameOf(entry: Circus.TestEntry): string {
  const names = [entry.name];
  let block: Circus.DescribeBlock | undefined = entry.parent;
  while (block?.parent) {
    names.unshift(block.name);
    block = block.parent;
  }
  return names.join(' ');
}

/** The words of whatever was thrown, also with the place from which the test was called. */
export function messageOf(failure: unknown): string {
  const error = Array.isArray(failure) ? failure[0] : failure;
  return error instanceof Error ? error.message : String(error);
}
