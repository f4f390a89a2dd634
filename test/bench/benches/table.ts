import type { Bench } from '../run-bench.ts';
import { accrual } from './accrual.ts';
import { history } from './history.ts';
import { hot, mixed, randomIds, zipf } from './lane-benches.ts';
import { lanes } from './lanes.ts';
import { latency, open } from './latency.ts';
import { idle, naive, naiveBlocks, start } from './network-benches.ts';
import { payments, paymentsMillion } from './payments.ts';
import { rest, restBulk } from './rest.ts';
import { signed } from './signed.ts';

/** Every bench by the order of the table in docs/reference/performance.md. */
export const benches: readonly Bench[] = [
  payments,
  paymentsMillion,
  rest,
  restBulk,
  hot,
  zipf,
  randomIds,
  mixed,
  signed,
  latency,
  open,
  history,
  accrual,
  lanes,
  start,
  idle,
  naive,
  naiveBlocks,
];
