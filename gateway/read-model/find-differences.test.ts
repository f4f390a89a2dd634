import { product, request } from '@tangram/chaincode/testing/lending-world.ts';
import { type MemoryApi, openBooks, startMemoryApi } from '../testing/memory-api.ts';
import { openDatabase, type ReadModelDatabase } from './database.ts';
import { compareAccounts, compareCounts, compareLoans } from './find-differences.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });

describe('the comparison of read model and ledger', () => {
  let api: MemoryApi;
  let database: ReadModelDatabase;
  const post = async (path: string, body: object, bank = 'cedar') => {
    const answer = await api.call({ bank, method: 'POST', path, body });
    expect([path, answer.status]).toEqual([path, 201]);
  };
  const comparison = () => ({ client: api.gateways.fabric.clientOf('CedarMSP'), database, bank: 'cedar' });

  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'centralbank']);
    await openBooks(api, ['cedar']);
    await post('/v1/loan-products', product, 'centralbank');
    const expiresAt = new Date(api.gateways.fabric.milliseconds + 3_600_000).toISOString();
    const asked = { ...request, borrowerAccount: 'cedar-bob', amount: CNY('1000'), expiresAt };
    for (const requestId of ['Q1', 'Q2']) await post('/v1/loan-requests', { ...asked, requestId });
    const offer = { offerId: 'O1', lenderAccount: 'cedar-alice', amount: CNY('1000'), leastRate: '0.1' };
    await post('/v1/loan-requests/Q1/offers', offer);
    await post('/v1/loan-requests/Q1/disburse', { loanId: 'L1' });
    await post('/v1/loans/L1/repayments', { repaymentId: 'R1', amount: CNY('100') });
    database = await openDatabase(api.gateways.configOf('cedar').readModel);
  });
  afterAll(async () => {
    await database.db.destroy();
    await api.stop();
  });

  test('finds none where blocks were projected', async () => {
    expect([...(await compareAccounts(comparison())), ...(await compareLoans(comparison()))]).toEqual([]);
    const lane = await database.db.selectFrom('lane').selectAll().where('lane', '=', 'cedar').executeTakeFirstOrThrow();
    expect(await compareCounts(comparison(), Number(lane.sequence))).toEqual([]);
  });

  test('finds an account that was changed, also where few are drawn', async () => {
    const { db } = database;
    expect(await compareAccounts(comparison(), 0)).toEqual([]);
    const before = await db.selectFrom('account').select(['account_id', 'booked']).execute();
    await db.updateTable('account').set({ booked: '1' }).execute();
    const differences = await compareAccounts(comparison(), 1);
    expect(differences).toMatchObject([{ readModel: '1' }, { readModel: expect.any(String) }]);
    for (const { account_id: id, booked } of before) {
      await db.updateTable('account').set({ booked }).where('account_id', '=', id).execute();
    }
  });

  test('finds a loan and a request that were changed, and a loan that is missing', async () => {
    const { db } = database;
    await db.updateTable('loan').set({ balance: '1' }).execute();
    await db.updateTable('loan_request').set({ status: 'OPEN' }).where('request_id', '=', 'Q1').execute();
    expect(await compareLoans(comparison())).toEqual([
      { what: 'loan L1 balance', readModel: '1', ledger: '900' },
      { what: 'loan request Q1 status', readModel: 'OPEN', ledger: 'FUNDED' },
    ]);
    await db.deleteFrom('loan').execute();
    const { sequence } = await db.selectFrom('lane').selectAll().where('lane', '=', 'cedar').executeTakeFirstOrThrow();
    const counts = await compareCounts(comparison(), Number(sequence));
    expect(counts).toEqual([{ what: 'loans', readModel: '0', ledger: '1' }]);
  });
});
