import { defineErrors } from '../core/errors.ts';
import { fundingErrorRows } from './funding/error-rows.ts';
import { scheduleErrorRows } from './schedule/error-rows.ts';
import { servicingErrorRows } from './servicing/error-rows.ts';

/** Row order is the order of checks in code, and in the reference. */
export const errors = defineErrors('LENDING', { ...scheduleErrorRows, ...fundingErrorRows, ...servicingErrorRows });
