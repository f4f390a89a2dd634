import { defineErrors } from '../core/errors.ts';

/** Row order is the order of checks in code, and in the reference. No parameter ever holds a value of credit data. */
export const errors = defineErrors('CREDIT', {
  MODEL_INVALID: {
    status: 400,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The scorecard model breaks a rule: {rule}.',
    fix: 'Correct the model, or fit it again with the script that the guide names.',
  },
  CUTOFF_INVALID: {
    status: 400,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The cutoff breaks a rule: {rule}.',
    fix: 'Refer at or below the score that approves.',
  },
  SCORE_INPUT_INVALID: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The applicant cannot be scored: {attribute} is {problem}.',
    fix: 'Complete or correct the credit data that the model names as its source.',
  },
});
