import type { FabricClient } from '../fabric/fabric-client.ts';
import { FabricFailure } from '../fabric/fabric-failure.ts';
import { createLedgerQueries } from './ledger-queries.ts';

const row = { consentId: 'c1' };
const away = new FabricFailure({ kind: 'unavailable', code: '', params: {}, mspIds: [], connectionLost: true });

/** Maple's own peer has a row at once, or is away; Cedar's finds it when it was asked so many times. */
function peers({ lag, maple }: { lag: number; maple: 'has it' | 'lacks it' | 'is away' }) {
  const asked: string[] = [];
  const evaluate: FabricClient['evaluate'] = async (_, { only = 'own' } = {}) => {
    asked.push(only);
    if (only === 'MapleMSP' && maple === 'is away') throw away;
    const hasIt = only === 'MapleMSP' ? maple === 'has it' : asked.filter((each) => each === 'own').length > lag;
    return JSON.stringify([hasIt ? JSON.stringify(row) : null]);
  };
  const client = { mspId: 'CedarMSP', evaluate } as FabricClient;
  return { queries: createLedgerQueries(client, 'cedar'), asked };
}

describe('a row of another bank', () => {
  test('that the own peer has is asked for once', async () => {
    const { queries, asked } = peers({ lag: 0, maple: 'has it' });
    expect(await queries.readRow('maple', 'credit-request/cedar-firm/c1')).toEqual(row);
    expect(asked).toEqual(['own']);
  });

  test('that the own peer has not committed yet is waited for, because its bank has answered it already', async () => {
    const { queries, asked } = peers({ lag: 2, maple: 'has it' });
    expect(await queries.readRow('maple', 'credit-request/cedar-firm/c1')).toEqual(row);
    expect(asked).toEqual(['own', 'MapleMSP', 'own', 'own']);
  });

  test('that its bank has not either is not there', async () => {
    const { queries, asked } = peers({ lag: 9, maple: 'lacks it' });
    expect(await queries.readRow('maple', 'credit-request/cedar-firm/c1')).toBeUndefined();
    expect(asked).toEqual(['own', 'MapleMSP']);
  });

  test('is what the own peer says while its bank is away', async () => {
    const { queries } = peers({ lag: 9, maple: 'is away' });
    expect(await queries.readRow('maple', 'credit-request/cedar-firm/c1')).toBeUndefined();
  });

  test('is looked for at the own peers alone where the bank is the own one', async () => {
    const { queries, asked } = peers({ lag: 9, maple: 'has it' });
    expect(await queries.readRow('cedar', 'credit-consent/c1')).toBeUndefined();
    expect(asked).toEqual(['own']);
  });
});
