import { defineErrors } from '../core/errors.ts';

/** Row order is the order of checks in code, and in the reference. */
export const errors = defineErrors('REGISTRY', {
  NAME_TAKEN: {
    status: 422,
    outcome: 'refused',
    retry: 'never',
    text: '{bank} is the name of a namespace that is no bank’s.',
    fix: 'Choose another name.',
  },
  BANK_UNKNOWN: {
    status: 404,
    outcome: 'refused',
    retry: 'never',
    text: 'The registry has no bank {bank}.',
    fix: 'Name one of the banks of the network.',
  },
});
