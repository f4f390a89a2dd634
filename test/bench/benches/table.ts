import type { Bench } from '../run-bench.ts';
import { payments, paymentsMillion } from './payments.ts';
import { rest, restBulk } from './rest.ts';

/** Every bench by the order of the table in docs/reference/performance.md. */
export const benches: readonly Bench[] = [payments, paymentsMillion, rest, restBulk];
