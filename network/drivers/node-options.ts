/**
 * What thousands of operations of one batch leave lives until the batch is done: with the 16 MB that Node gives to what is
 * young it is copied again and again, which takes a fifth of the chaincode's processor time.
 */
export const roomForABatch = '--max-semi-space-size=64';
