import { defineErrors } from './errors.ts';

/** Header and batch errors of a lane: first those that abort the submission, then those of single operations. */
export const errors = defineErrors('LANE', {
  BATCH_INVALID: {
    status: 400,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The submission is malformed: {reason}.',
    fix: 'Send a header and a batch as the reference describes them.',
  },
  NOT_YOURS: {
    status: 403,
    outcome: 'refused',
    retry: 'never',
    text: 'Lane {lane} is not written by {mspId}.',
    fix: "Submit through the gateway of the lane's owner.",
  },
  DIGEST_MISMATCH: {
    status: 400,
    outcome: 'refused',
    retry: 'never',
    text: 'The transient batch is not the one that was signed.',
    fix: 'Ask another peer; the batch was changed after it was signed.',
  },
  CLOCK_SKEW: {
    status: 400,
    outcome: 'failed',
    retry: 'later',
    text: "The proposal's time is {seconds} s away from the endorser's clock.",
    fix: 'Set the clocks of client and peers.',
  },
  EPOCH_STALE: {
    status: 409,
    outcome: 'failed',
    retry: 'never',
    text: 'Lane epoch {epoch} is held by {holder}.',
    fix: 'Forward to the holder, or take over with the next epoch.',
  },
  SEQUENCE_STALE: {
    status: 409,
    outcome: 'failed',
    retry: 'later',
    text: 'The lane expects sequence {expectedSequence} after {expectedPreviousHash}.',
    fix: "Submit again on top of the lane's head.",
  },
  PREVIOUS_HASH_MISMATCH: {
    status: 409,
    outcome: 'failed',
    retry: 'later',
    text: 'The lane expects sequence {expectedSequence} after {expectedPreviousHash}.',
    fix: "Submit again on top of the lane's head.",
  },
  MEMORY_BEHIND: {
    status: 503,
    outcome: 'failed',
    retry: 'later',
    text: 'The peer has not indexed the last block of lane {lane} yet.',
    fix: 'Submit again in a moment.',
  },
  SIGNATURES_UNVERIFIED: {
    status: 503,
    outcome: 'failed',
    retry: 'later',
    text: "The endorser could not verify the batch's signatures: {reason}.",
    fix: 'Submit again in a moment.',
  },
  CHAIN_OPEN: {
    status: 400,
    outcome: 'refused',
    retry: 'after-change',
    text: 'The last operation of the batch is linked to nothing.',
    fix: 'Send the whole chain in one batch.',
  },
  CHAIN_REFUSED: {
    status: 422,
    outcome: 'refused',
    retry: 'after-change',
    text: 'Operation {position} of the linked chain was refused with {cause}.',
    fix: 'Correct that operation and send the chain again.',
  },
  CHAIN_PARTLY_REPLAYED: {
    status: 409,
    outcome: 'refused',
    retry: 'never',
    text: 'Operation {position} of the linked chain was accepted before without this one.',
    fix: 'Use new ids for a new chain.',
  },
});
