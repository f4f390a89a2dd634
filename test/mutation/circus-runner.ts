/**
 * Stryker's test runner for this repository. Stryker switches mutants inside the code, so that loaded tests can run again
 * for the next mutant in the same process: a mutant costs what its tests cost, where a new Jest would add seconds. Only
 * a mutant of code that runs while modules load needs all of them loaded anew.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { InstrumenterContext, StrykerOptions } from '@stryker-mutator/api/core';
import { commonTokens, declareFactoryPlugin, PluginKind } from '@stryker-mutator/api/plugin';
import {
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  determineHitLimitReached,
  type MutantRunOptions,
  type MutantRunResult,
  MutantRunStatus,
  type TestResult,
  type TestRunner,
  TestStatus,
  toMutantRunResult,
} from '@stryker-mutator/api/test-runner';
import { messageOf, TestEngine, type TestOutcome } from './test-engine.ts';

/** Tests that take longer run after all others: most mutants die before. */
const SLOW_MILLISECONDS = 100;

/** Stryker takes a mutant that runs a hundred times as often as the code does for endless: ten times will do. */
const LIMIT_DIVISOR = 10;

/** A part of a run: tests of one file. */
interface Portion {
  readonly file: string;
  readonly only: ReadonlySet<string>;
}

class CircusRunner implements TestRunner {
  readonly #root = process.cwd();
  readonly #engine = new TestEngine(this.#root);
  readonly #files: readonly string[];
  /** The global by which instrumented code finds its mutant. */
  readonly #mutants: InstrumenterContext;
  /** How long each test took when none was active. */
  readonly #times: Map<string, number>;
  readonly #timesFile = join(this.#root, 'test-times.json');

  constructor(options: StrykerOptions) {
    const { testFiles } = options.circus as { testFiles: string[] };
    const leftOut = testFiles.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
    const wanted = testFiles.filter((pattern) => !pattern.startsWith('!'));
    this.#files = globSync(wanted, { cwd: this.#root, exclude: leftOut }).sort();
    const shared = globalThis as { __stryker__?: InstrumenterContext };
    shared.__stryker__ ??= {};
    this.#mutants = shared.__stryker__;
    // A process that follows one that hung knows what it learned.
    const known = existsSync(this.#timesFile) ? readFileSync(this.#timesFile, 'utf8') : '[]';
    this.#times = new Map(JSON.parse(known));
  }

  capabilities() {
    return { reloadEnvironment: true };
  }

  async dryRun(_options: DryRunOptions): Promise<DryRunResult> {
    this.#mutants.mutantCoverage = { static: {}, perTest: {} };
    const announce = (id: string | undefined) => {
      this.#mutants.currentTestId = id;
    };
    const outcomes: TestOutcome[] = [];
    for (const file of this.#files) {
      outcomes.push(...(await this.#engine.run(file, { stopsAtFailure: false, announce })));
    }
    const { mutantCoverage } = this.#mutants;
    this.#mutants.mutantCoverage = undefined;
    for (const { id, milliseconds } of outcomes) this.#times.set(id, milliseconds);
    writeFileSync(this.#timesFile, JSON.stringify([...this.#times]));
    return { status: DryRunStatus.Complete, tests: this.#resultsOf(outcomes), mutantCoverage };
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const portions = this.#portionsFor(options);
    if (options.reloadEnvironment) this.#engine.reload();
    // What runs while modules load must not see a mutant that is there for later.
    else for (const { file } of portions) await this.#engine.load(file);

    const result = await this.#withMutant(options, portions);
    if (options.reloadEnvironment) this.#engine.reload();
    if (result.status !== MutantRunStatus.Killed || (await this.#passes(result.killedBy))) return result;
    // An earlier mutant left something behind that breaks the test: fresh modules know nothing of it.
    this.#engine.reload();
    if (await this.#passes(result.killedBy)) return this.mutantRun(options);
    return { status: MutantRunStatus.Error, errorMessage: `fails without a mutant too: ${result.killedBy[0]}` };
  }

  async #withMutant({ activeMutant, ...options }: MutantRunOptions, portions: readonly Portion[]) {
    const hitLimit = options.hitLimit === undefined ? undefined : Math.ceil(options.hitLimit / LIMIT_DIVISOR);
    this.#mutants.activeMutant = activeMutant.id;
    this.#mutants.hitLimit = hitLimit;
    this.#mutants.hitCount = hitLimit === undefined ? undefined : 0;
    const outcomes: TestOutcome[] = [];
    try {
      for (const { file, only } of portions) {
        outcomes.push(...(await this.#engine.run(file, { only, stopsAtFailure: true })));
        if (outcomes.some(({ failure }) => failure !== undefined)) break;
      }
    } catch (error) {
      // With the mutant a module does not even load: every test of the file fails.
      outcomes.push({ id: portions[0]?.only.values().next().value ?? '', milliseconds: 0, failure: messageOf(error) });
    }
    const timeout = determineHitLimitReached(this.#mutants.hitCount, hitLimit);
    this.#mutants.activeMutant = undefined;
    this.#mutants.hitLimit = undefined;
    this.#mutants.hitCount = undefined;
    return toMutantRunResult(timeout ?? { status: DryRunStatus.Complete, tests: this.#resultsOf(outcomes) });
  }

  /** A mutant's tests: quick ones first, and among these the ones beside the mutated file. */
  #portionsFor({ testFilter, sandboxFileName }: MutantRunOptions): Portion[] {
    const ids = testFilter ?? [...this.#times.keys()];
    const isSlow = (id: string) => (this.#times.get(id) ?? 0) > SLOW_MILLISECONDS;
    const own = basename(sandboxFileName, '.ts');
    const distance = (file: string) => {
      if (dirname(join(this.#root, file)) !== dirname(sandboxFileName)) return 2;
      return basename(file, '.test.ts') === own ? 0 : 1;
    };
    const files = [...this.#files].sort((one, other) => distance(one) - distance(other));
    return [false, true].flatMap((slow) =>
      files.flatMap((file): Portion[] => {
        const only = new Set(ids.filter((id) => isSlow(id) === slow && fileOf(id) === file));
        return only.size === 0 ? [] : [{ file, only }];
      }),
    );
  }

  /** True when these tests pass while no mutant is active. */
  async #passes(ids: readonly string[]): Promise<boolean> {
    const only = new Set(ids);
    for (const file of new Set(ids.map(fileOf))) {
      const outcomes = await this.#engine.run(file, { only, stopsAtFailure: false });
      if (outcomes.some(({ failure }) => failure !== undefined)) return false;
    }
    return true;
  }

  #resultsOf(outcomes: readonly TestOutcome[]): TestResult[] {
    return outcomes.map(({ id, milliseconds, failure }) => {
      const about = { id, name: id, timeSpentMs: milliseconds, fileName: join(this.#root, fileOf(id)) };
      if (failure === undefined) return { ...about, status: TestStatus.Success };
      return { ...about, status: TestStatus.Failed, failureMessage: failure };
    });
  }
}

const fileOf = (id: string) => id.slice(0, id.indexOf(': '));

function createRunner(options: StrykerOptions): TestRunner {
  return new CircusRunner(options);
}
createRunner.inject = [commonTokens.options] as [typeof commonTokens.options];

export const strykerPlugins = [declareFactoryPlugin(PluginKind.TestRunner, 'circus', createRunner)];
