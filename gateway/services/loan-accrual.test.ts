import { product, request } from '@tangram/chaincode/testing/lending-world.ts';
import { type MemoryApi, openBooks, startMemoryApi } from '../testing/memory-api.ts';
import { operator } from '../testing/memory-gateways.ts';
import { accrueDuePages } from './loan-accrual.ts';
import type { OperationService } from './types.ts';

const DAY = 86_400_000;
const PAGE_LOANS = 200;
const CNY = (amount: string) => ({ amount, currency: 'CNY' });
const { signal } = new AbortController();

/** The bank's own service, which notes the pages that it is asked for and refuses some of them. */
function watched(operations: OperationService, failing: readonly number[] = []) {
  const asked: number[][] = [];
  const submit: OperationService['submit'] = async (list) => {
    const pages = list.map(({ request: { page } }) => page as number);
    asked.push(pages);
    if (!pages.some((page) => failing.includes(page))) return operations.submit(list);
    return list.map(() => ({ outcome: 'failed', code: 'GATEWAY_LEDGER_UNAVAILABLE', params: {} }));
  };
  return { asked, operations: { ...operations, submit } };
}

describe('accrueDuePages', () => {
  let api: MemoryApi;
  const cedar = () => api.gateways.of('cedar');
  const dateOf = () => new Date(api.gateways.fabric.milliseconds).toISOString().slice(0, 10);
  const due = async () => (await cedar().queries.evaluate<any>('lending:listPagesToAccrue', { after: 0 })).pages;
  const ageing = async () => {
    const { body } = await api.call({ path: '/v1/loans?limit=1000' });
    return [...new Set(body.items.map((item: any) => item.accrualDate))];
  };

  beforeAll(async () => {
    api = await startMemoryApi(['cedar', 'centralbank']);
    await openBooks(api, ['cedar']);
    await api.call({
      bank: 'centralbank',
      method: 'POST',
      path: '/v1/loan-products',
      body: { ...product, leastPrincipal: '1' },
    });
    const expiresAt = new Date(api.gateways.fabric.milliseconds + DAY).toISOString();
    // One loan more than a page holds.
    const births = Array.from({ length: PAGE_LOANS + 1 }, (_, count) => {
      const requestId = `Q${count}`;
      const named = { requestId, borrowerAccount: 'cedar-bob', amount: CNY('1000'), minimumAmount: CNY('1') };
      const offer = { offerId: `O${count}`, requestId, lenderAccount: 'cedar-alice', amount: CNY('10') };
      return [
        { operation: 'lending:requestLoan', request: { ...request, ...named, expiresAt } },
        { operation: 'lending:offerFunding', request: { ...offer, leastRate: '0.1' } },
        { operation: 'lending:disburseLoan', request: { loanId: `L${count}`, requestId } },
      ].map((each) => ({ ...each, requester: operator }));
    }).flat();
    const outcomes = await cedar().operations.submit(births);
    expect(outcomes.filter(({ outcome }) => outcome !== 'accepted')).toEqual([]);
  }, 60_000);
  afterAll(() => api.stop());

  test('accrues all pages in one batch, and asks for nothing more that day', async () => {
    api.gateways.fabric.milliseconds += DAY;
    expect(await due()).toEqual([1, 2]);
    const { asked, operations } = watched(cedar().operations);
    expect(await accrueDuePages({ operations, queries: cedar().queries, signal })).toBe(dateOf());
    expect(await accrueDuePages({ operations, queries: cedar().queries, signal })).toBe(dateOf());
    expect([asked, await due(), await ageing()]).toEqual([[[1, 2]], [], [dateOf()]]);
  });

  test('goes on where another gateway ended half way', async () => {
    api.gateways.fabric.milliseconds += DAY;
    const body = { accrualDate: dateOf(), page: 1 };
    await api.call({ method: 'POST', path: '/v1/loan-accruals', body });
    const { asked, operations } = watched(cedar().operations);
    await accrueDuePages({ operations, queries: cedar().queries, signal });
    expect([asked, await ageing()]).toEqual([[[2]], [dateOf()]]);
  });

  test('keeps no page back for one that cannot be accrued, and says which that is', async () => {
    api.gateways.fabric.milliseconds += DAY;
    const { asked, operations } = watched(cedar().operations, [1]);
    const run = accrueDuePages({ operations, queries: cedar().queries, signal });
    await expect(run).rejects.toThrow('pages 1 of the register stay behind');
    expect([asked, await due()]).toEqual([[[1, 2], [1], [2]], [1]]);
  });

  test('ends with the gateway that holds the lane', async () => {
    const { asked, operations } = watched(cedar().operations);
    expect(await accrueDuePages({ operations, queries: cedar().queries, signal: AbortSignal.abort() })).toBe('');
    expect(asked).toEqual([]);
  });
});
