import { awaitCommit, type CommitTools } from './await-commit.ts';

const endorsed = { transactionId: 'ours', result: '', submit: async () => undefined } as never;
const head = { sequence: 7, hash: 'h', epoch: 1, holder: 'g', time: '' };

/** A lane whose head any peer may tell, while what its batches are is told by the own one alone. */
const lane = (transactions: (string | undefined)[]): CommitTools => ({
  transport: {
    readHead: async () => head,
    findBatchTransaction: async () => transactions.shift(),
    endorse: () => Promise.reject(new Error('is not asked')),
    commitStatus: () => Promise.reject(new Error('does not answer')),
    committedAtOthers: () => Promise.reject(new Error('is not asked')),
  },
  findBlockOf: async () => 5n,
});

const verdictOf = (transactions: (string | undefined)[]) =>
  awaitCommit(lane(transactions), { endorsed, sequence: 7, deadline: Date.now() + 2_000 });

describe('awaitCommit', () => {
  test('takes a batch that the own peer has not seen yet for undecided, whatever head another peer tells', async () => {
    expect(await verdictOf([undefined, 'ours'])).toEqual({ kind: 'committed', blockNumber: 5n });
  });

  test('takes a sequence that holds another transaction for lost', async () => {
    expect(await verdictOf(['theirs'])).toMatchObject({ kind: 'not-committed' });
  });
});
