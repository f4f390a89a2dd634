import { agreeOnCommit, type CommitResult } from './commit-witness.ts';

const valid: CommitResult = { transactionId: 'tx', blockNumber: 7n, validationCode: 0 };
const conflict: CommitResult = { ...valid, validationCode: 11 };
const says = (mspId: string, result: CommitResult) => ({ mspId, ask: async () => result });
const silent = (mspId: string) => ({
  mspId,
  ask: async (): Promise<CommitResult> => {
    throw new Error(`${mspId} is away`);
  },
});

describe('agreeOnCommit', () => {
  test('believes what two organisations say', async () => {
    await expect(agreeOnCommit([says('MapleMSP', valid), says('PineMSP', valid)])).resolves.toEqual(valid);
  });

  test('does not believe one organisation alone, however often it speaks', async () => {
    await expect(agreeOnCommit([says('MapleMSP', valid), says('MapleMSP', valid)])).rejects.toThrow('no two');
  });

  test('follows the two that agree past the one that lies', async () => {
    const witnesses = [says('MapleMSP', valid), says('PineMSP', conflict), says('WillowMSP', conflict)];
    await expect(agreeOnCommit(witnesses)).resolves.toEqual(conflict);
  });

  test('asks on past an organisation that is away, and leaves the outcome open when too few answer', async () => {
    await expect(
      agreeOnCommit([silent('MapleMSP'), says('PineMSP', valid), says('WillowMSP', valid)]),
    ).resolves.toEqual(valid);
    await expect(agreeOnCommit([silent('MapleMSP'), says('PineMSP', valid)])).rejects.toThrow('MapleMSP is away');
  });

  test('takes blocks into account: the same code elsewhere is another story', async () => {
    await expect(
      agreeOnCommit([says('MapleMSP', valid), says('PineMSP', { ...valid, blockNumber: 8n })]),
    ).rejects.toThrow('no two');
  });
});
