/** What `npm run test:mutation` mutates, and the tests that must notice, by area. */

export interface Area {
  /** Folder under chaincode. */
  readonly folder: string;
  /** Files to mutate, below the folder. */
  readonly mutate: readonly string[];
  /** Tests that may kill the mutants, below the folder; `!` leaves some out. */
  readonly tests: readonly string[];
}

/** No rules: shapes of requests, catalogues of refusals, what is signed, tables of operations, keys of rows, exports. */
const NO_RULES = ['schemas', '*-schemas', 'errors', 'error-rows', 'contract', 'queries', 'store', 'index', '*.test'];

const rulesIn = (folder: string): Area => ({
  folder,
  mutate: ['**/*.ts', ...NO_RULES.map((name) => `!**/${name}.ts`)],
  tests: ['**/*.test.ts'],
});

/** Loans of thousands of events are about limits, and take longer than all else together. */
const LENDING_TESTS = ['*.test.ts', '!limits.test.ts', '!many-repayments.test.ts'];

/** Each area is a run of its own of some minutes. */
export const areas: Readonly<Record<string, Area>> = {
  money: {
    folder: 'core',
    mutate: ['money.ts', 'rate.ts', 'currencies.ts'],
    tests: ['money.test.ts', 'rate.test.ts'],
  },
  schedule: rulesIn('lending/schedule'),
  servicing: {
    folder: 'lending',
    mutate: ['servicing/*.ts', 'funding/*.ts', ...NO_RULES.map((name) => `!**/${name}.ts`)],
    tests: ['servicing/*.test.ts', 'funding/*.test.ts', ...LENDING_TESTS],
  },
  lending: {
    folder: 'lending',
    mutate: ['*.ts', ...NO_RULES.map((name) => `!**/${name}.ts`)],
    tests: LENDING_TESTS,
  },
  payments: rulesIn('payments'),
  credit: rulesIn('credit'),
};
