import { createHash } from 'node:crypto';
import { product, request } from '@tangram/chaincode/testing/lending-world.ts';
import { CNY, type World } from '@tangram/chaincode/testing/world.ts';
import type { Sample } from './samples.ts';

const DAY = 86_400_000;
const setProduct = (world: World, change: object = {}) =>
  world.accept('consortium', 'lending:setProduct', { ...product, ...change });
const asked = { ...request, borrowerAccount: 'cedar-ben', amount: CNY(1_000), expiresAt: '2026-01-06T00:00:00Z' };
const offered = { offerId: 'O1', requestId: 'Q1', lenderAccount: 'cedar-ann', amount: CNY(1_000), leastRate: '0.1' };
const born = { loanId: 'L1', requestId: 'Q1' };
const fixing = { rateId: 'LPR', fixingDate: '2026-01-05', annualRate: '0.03' };
const calendar = { calendarId: 'CN', version: 1, weekend: ['saturday', 'sunday'] };
const mandate = {
  ...{ mandateId: 'M1', lenderAccount: 'cedar-ann', productId: product.productId, productVersion: 1 },
  ...{ most: CNY(10), leastRate: '0.05' },
};
const sale = {
  ...{ saleId: 'S1', loanId: 'L1', sellerAccount: 'cedar-ann', principal: CNY(10), price: CNY(10) },
  expiresAt: '2026-01-06T00:00:00Z',
};
const security = {
  ...{ loanId: 'L1', securityId: 'G1', kind: 'collateral', value: CNY(10) },
  documentDigest: createHash('sha256').update('paper').digest('hex'),
};
const restructuring = {
  ...{ restructuringId: 'N1', loanId: 'L1', annualRate: '0.06', frequency: { every: 1, unit: 'month' } },
  ...{ instalments: 2, firstDueDate: '2026-02-05' },
};

const ask = async (world: World) => {
  await setProduct(world);
  await world.accept('cedar', 'lending:requestLoan', asked);
};
const offer = async (world: World) => {
  await ask(world);
  await world.accept('cedar', 'lending:offerFunding', offered);
};
const lend = async (world: World) => {
  await offer(world);
  await world.accept('cedar', 'lending:disburseLoan', born);
};
const lendLong = async (world: World) => {
  await lend(world);
  world.ledger.clock.advance(220 * DAY);
};
const at = (operation: string, kind: Sample['kind']) => ({ operation: `lending:${operation}`, lane: 'cedar', kind });
const governed = (operation: string) => ({ ...at(operation, 'operator'), lane: 'consortium' });

export const lendingSamples: readonly Sample[] = [
  { ...governed('setProduct'), request: product, changed: { ...product, highestRate: '0.3' } },
  { ...governed('setReferenceRate'), request: fixing, changed: { ...fixing, annualRate: '0.04' } },
  { ...governed('setCalendar'), request: calendar, changed: { ...calendar, weekend: ['friday'] } },
  {
    ...at('setMandate', 'customer'),
    request: mandate,
    changed: { ...mandate, most: CNY(11) },
    prepare: (world) => setProduct(world),
  },
  {
    ...at('endMandate', 'customer'),
    request: { mandateId: 'M1', productId: product.productId, productVersion: 1 },
    changed: { mandateId: 'M1', productId: product.productId, productVersion: 2 },
    prepare: async (world) => {
      await setProduct(world);
      await world.accept('cedar', 'lending:setMandate', mandate);
    },
  },
  {
    ...at('requestLoan', 'customer'),
    request: asked,
    changed: { ...asked, amount: CNY(1_001) },
    prepare: (world) => setProduct(world),
  },
  { ...at('cancelRequest', 'customer'), request: { requestId: 'Q1' }, prepare: ask },
  {
    ...at('expireRequests', 'system'),
    request: { requestIds: ['Q1'] },
    prepare: async (world) => {
      await ask(world);
      world.ledger.clock.advance(DAY);
    },
  },
  { ...at('offerFunding', 'customer'), request: offered, changed: { ...offered, amount: CNY(999) }, prepare: ask },
  { ...at('withdrawOffer', 'customer'), request: { requestId: 'Q1', offerId: 'O1' }, prepare: offer },
  { ...at('disburseLoan', 'operator'), request: born, changed: { ...born, requestId: 'Q2' }, prepare: offer },
  {
    ...at('repayLoan', 'customer'),
    request: { repaymentId: 'R1', loanId: 'L1', amount: CNY(10) },
    changed: { repaymentId: 'R1', loanId: 'L1', amount: CNY(11) },
    prepare: lend,
  },
  {
    ...at('recoverLoan', 'operator'),
    request: { recoveryId: 'V1', loanId: 'L1', debtorAccount: 'cedar-ben', amount: CNY(10) },
    changed: { recoveryId: 'V1', loanId: 'L1', debtorAccount: 'cedar-ben', amount: CNY(11) },
    prepare: async (world) => {
      await lendLong(world);
      await world.accept('cedar', 'lending:writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
    },
  },
  { ...at('offerShare', 'customer'), request: sale, changed: { ...sale, price: CNY(11) }, prepare: lend },
  {
    ...at('buyShare', 'customer'),
    request: { purchaseId: 'P1', saleId: 'S1', buyerAccount: 'cedar-ben' },
    changed: { purchaseId: 'P1', saleId: 'S2', buyerAccount: 'cedar-ben' },
    prepare: async (world) => {
      await lend(world);
      await world.accept('cedar', 'lending:offerShare', sale);
    },
  },
  {
    ...at('accrueLoans', 'system'),
    request: { accrualDate: '2026-01-06', page: 1 },
    prepare: async (world) => {
      await lend(world);
      world.ledger.clock.advance(DAY);
    },
  },
  {
    ...at('changeLoanRate', 'operator'),
    request: { changeId: 'C1', loanId: 'L1' },
    changed: { changeId: 'C1', loanId: 'L2' },
    prepare: async (world) => {
      await world.accept('consortium', 'lending:setReferenceRate', fixing);
      await setProduct(world, { referenceRateId: 'LPR' });
      await world.accept('cedar', 'lending:requestLoan', asked);
      await world.accept('cedar', 'lending:offerFunding', offered);
      await world.accept('cedar', 'lending:disburseLoan', born);
    },
  },
  {
    ...at('restructureLoan', 'operator'),
    request: restructuring,
    changed: { ...restructuring, instalments: 3 },
    prepare: lend,
  },
  {
    ...at('writeOffLoan', 'operator'),
    request: { writeOffId: 'W1', loanId: 'L1' },
    changed: { writeOffId: 'W1', loanId: 'L2' },
    prepare: lendLong,
  },
  { ...at('recordSecurity', 'operator'), request: security, changed: { ...security, value: CNY(11) }, prepare: lend },
  {
    ...at('releaseSecurity', 'operator'),
    request: { loanId: 'L1', securityId: 'G1' },
    changed: { loanId: 'L2', securityId: 'G1' },
    prepare: async (world) => {
      await lend(world);
      await world.accept('cedar', 'lending:recordSecurity', security);
    },
  },
];
