import { batchKey } from '../core/batch.ts';
import { type CreditWorld, FIRM } from '../testing/credit-world.ts';
import { product, request } from '../testing/lending-world.ts';
import { scoredFirm } from '../testing/scored-firm.ts';
import { newSigner } from '../testing/signer.ts';
import { CNY } from '../testing/world.ts';

let world: CreditWorld;
const eventsOf = () => world.ledger.row('cedar', batchKey(world.head('cedar')?.sequence ?? 0)).entries[0].events;
const asked = { ...request, borrowerAccount: FIRM, amount: CNY(1_000) };

describe('a mandate', () => {
  const mandate = (mandateId: string, lenderAccount: string, most: number, leastRate = '0.1') => ({
    ...{ mandateId, lenderAccount, most: CNY(most), leastRate },
    ...{ productId: product.productId, productVersion: product.version },
  });
  const give = (...terms: Parameters<typeof mandate>) => world.accept('cedar', 'lending:setMandate', mandate(...terms));
  const refuseMandate = (more: object) =>
    world.refuse('cedar', 'lending:setMandate', { ...mandate('M9', 'cedar-ann', 10), ...more });
  let score: object;
  beforeEach(async () => {
    const { world: fresh, decisionProof } = await scoredFirm();
    world = fresh;
    score = { scoredBy: 'maple', scoreId: 's1', decisionProof };
    await world.accept('consortium', 'lending:setProduct', { ...product, leastPrincipal: '1', requiresScore: true });
    await world.open('cedar-ann', { funds: 1_000n });
    await world.open('cedar-ben', { funds: 300n });
  });
  const ask = () => world.as('customer').accept('cedar', 'lending:requestLoan', { ...asked, score });

  test('leads from an approved score to money on the account by the borrower’s two calls alone', async () => {
    await give('M1', 'cedar-ann', 800, '0.11');
    await give('M2', 'cedar-ben', 5_000, '0.09');
    await give('M3', 'cedar-ben', 5_000, '0.13');
    const { mandated, offered } = await ask();
    // As much as mandate and account allow; nobody offers under their rate.
    expect(mandated).toEqual([
      { offerId: 'M1', lenderAccount: 'cedar-ann', amount: '800', leastRate: '0.11', status: 'OPEN', taken: '0' },
      { offerId: 'M2', lenderAccount: 'cedar-ben', amount: '300', leastRate: '0.09', status: 'OPEN', taken: '0' },
    ]);
    expect(offered).toBe('1100');
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 200n]);
    await world.as('customer').accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
    expect(await world.balances(FIRM)).toEqual([1_000n, 1_000n]);
  });

  test('offers to nobody without an approved score, nor to its own lender, nor from a frozen account', async () => {
    await world.accept('consortium', 'lending:setProduct', { ...product, version: 2 });
    await world.accept('cedar', 'lending:setMandate', { ...mandate('M1', 'cedar-ann', 800), productVersion: 2 });
    const unscored = { ...asked, requestId: 'Q2', productVersion: 2 };
    expect(await world.accept('cedar', 'lending:requestLoan', unscored)).toMatchObject({ offers: 0 });
    const own = mandate('M2', FIRM, 800);
    const lines = ['operation=lending:setMandate', 'mandateId=M2', `lenderAccount=${FIRM}`, 'productId=SME'];
    const signature = world.signer.sign([...lines, 'productVersion=1', 'amount=800', 'currency=CNY', 'leastRate=0.1']);
    await world.accept('cedar', 'lending:setMandate', { ...own, signature });
    await world.fund(FIRM, CNY(1_000));
    await give('M3', 'cedar-ben', 800);
    await world.accept('cedar', 'accounts:freezeAccount', { accountId: 'cedar-ben' });
    expect(await ask()).toEqual({ requestId: 'Q1', status: 'OPEN', offered: '0', offers: 0 });
  });

  test('lends on a score to one request, until that has ended without a loan', async () => {
    await give('M1', 'cedar-ann', 300);
    const askFor = (requestId: string) =>
      world.accept('cedar', 'lending:requestLoan', { ...asked, requestId, minimumAmount: CNY(1), score });
    expect(await askFor('Q1')).toMatchObject({ offered: '300' });
    expect(await askFor('Q2')).toMatchObject({ offered: '0', offers: 0 });
    await world.accept('cedar', 'lending:cancelRequest', { requestId: 'Q1' });
    expect(await askFor('Q3')).toMatchObject({ offered: '300' });
    await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q3' });
    expect(await askFor('Q4')).toMatchObject({ offered: '0', offers: 0 });
    expect(await world.balances('cedar-ann')).toEqual([700n, 700n]);
  });

  test('leaves a score free while nobody offered on it', async () => {
    const askFor = (requestId: string) =>
      world.accept('cedar', 'lending:requestLoan', { ...asked, requestId, minimumAmount: CNY(1), score });
    expect(await askFor('Q1')).toMatchObject({ offers: 0 });
    await give('M1', 'cedar-ann', 300);
    expect(await askFor('Q2')).toMatchObject({ offered: '300' });
    expect(await askFor('Q3')).toMatchObject({ offers: 0 });
  });

  test('offers up to the borrower’s own highest rate, and nothing from an empty account', async () => {
    await world.open('cedar-cat', { funds: 500n });
    await world.open('cedar-dan');
    await give('M1', 'cedar-ann', 100, '0.12');
    await give('M2', 'cedar-cat', 100, '0.121');
    await give('M3', 'cedar-dan', 100);
    expect((await ask()).mandated).toMatchObject([{ offerId: 'M1', amount: '100' }]);
    expect(await world.balances('cedar-cat')).toEqual([500n, 500n]);
  });

  test('is told when it is given and with every offer under it', async () => {
    await give('M1', 'cedar-ann', 800, '0.11');
    const told = { mandateId: 'M1', lenderAccount: 'cedar-ann', productId: 'SME', productVersion: 1 };
    expect(eventsOf()).toEqual([{ type: 'LoanMandateSet', data: told }]);
    await ask();
    const offered = { requestId: 'Q1', offerId: 'M1', lenderAccount: 'cedar-ann', amount: CNY(800) };
    expect(eventsOf()[0]).toEqual({ type: 'FundingOffered', data: { ...offered, leastRate: '0.11' } });
  });

  test('may be ended, and what was offered under it withdrawn, request by request', async () => {
    await give('M1', 'cedar-ann', 100);
    for (const requestId of ['Q1', 'Q2']) {
      await world.accept('cedar', 'lending:requestLoan', { ...asked, requestId, score });
      await world.accept('cedar', 'lending:withdrawOffer', { requestId, offerId: 'M1' });
      await world.accept('cedar', 'lending:cancelRequest', { requestId });
    }
    expect(await world.balances('cedar-ann')).toEqual([1_000n, 1_000n]);
    const named = { mandateId: 'M1', productId: product.productId, productVersion: product.version };
    await give('M2', 'cedar-ben', 200);
    await give('M3', 'cedar-ben', 300);
    const given = { mandateId: 'M2', lenderAccount: 'cedar-ben', most: '200', leastRate: '0.1', isSigned: false };
    const { productId, productVersion } = named;
    expect(await world.accept('cedar', 'lending:endMandate', { ...named, mandateId: 'M2' })).toEqual({
      ...{ productId, productVersion },
      ...given,
    });
    expect(eventsOf()).toEqual([{ type: 'LoanMandateEnded', data: { mandateId: 'M2', lenderAccount: 'cedar-ben' } }]);
    const { mandates } = await world.ledger.query('cedar', 'lending:listMandates', { productId, version: 1 });
    expect(mandates.map(({ mandateId }: { mandateId: string }) => mandateId)).toEqual(['M1', 'M3']);
    for (const mandateId of ['M1', 'M3']) await world.accept('cedar', 'lending:endMandate', { ...named, mandateId });
    const gone = await world.refuse('cedar', 'lending:endMandate', { ...named, mandateId: 'M9' });
    expect(gone).toEqual({
      code: 'LENDING_MANDATE_NOT_FOUND',
      params: { mandateId: 'M9', productId: 'SME', version: 1 },
      writes: 0,
    });
    const late = await world.accept('cedar', 'lending:requestLoan', { ...asked, requestId: 'Q3', score });
    expect(late).toMatchObject({ offers: 0 });
  });

  test('of an account with keys is signed, and one given before the keys spends nothing after them', async () => {
    const signer = newSigner('ES256');
    await give('M1', 'cedar-ann', 100);
    const change = { changeId: 'k-ann', accountId: 'cedar-ann', keys: [signer.key] };
    await world.accept('cedar', 'accounts:setSigningKeys', change);
    expect((await refuseMandate({})).code).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const terms = mandate('M2', 'cedar-ann', 50);
    const lines = ['mandateId=M2', 'lenderAccount=cedar-ann', 'productId=SME', 'productVersion=1'];
    const text = ['operation=lending:setMandate', ...lines, 'amount=50', 'currency=CNY', 'leastRate=0.1'];
    const forged = { ...terms, most: CNY(51), signature: signer.sign(text) };
    const wrong = await world.refuse('cedar', 'lending:setMandate', forged);
    expect(wrong.code).toBe('ACCOUNTS_SIGNATURE_INVALID');
    await world.accept('cedar', 'lending:setMandate', { ...terms, signature: signer.sign(text) });
    expect((await ask()).mandated).toMatchObject([{ offerId: 'M2', amount: '50' }]);
  });

  test('refuses in documented order', async () => {
    expect((await refuseMandate({ most: CNY(0) })).code).toBe('CORE_AMOUNT_NOT_POSITIVE');
    expect((await refuseMandate({ productVersion: 9 })).code).toBe('LENDING_PRODUCT_NOT_FOUND');
    const euro = { most: { amount: '10', currency: 'EUR' } };
    expect((await refuseMandate(euro)).code).toBe('CORE_CURRENCY_MISMATCH');
    expect((await refuseMandate({ leastRate: '0.25' })).code).toBe('LENDING_RATE_OUTSIDE_PRODUCT');
    expect((await refuseMandate({ lenderAccount: 'maple-ann' })).code).toBe('LENDING_ACCOUNT_NOT_HERE');
    for (let count = 0; count < 50; count += 1) await give(`M${count}`, 'cedar-ann', 1);
    expect(await refuseMandate({ mandateId: 'M50' })).toEqual({
      code: 'LENDING_MANDATES_FULL',
      params: { productId: 'SME', version: 1, mandates: 50 },
      writes: 0,
    });
    // An id that is an offer's is no mandate's, and the other way round.
    await world.accept('cedar', 'lending:requestLoan', { ...asked, score });
    const offer = { offerId: 'M1', requestId: 'Q1', lenderAccount: 'cedar-ben', amount: CNY(1), leastRate: '0.1' };
    const taken = await world.refuse('cedar', 'lending:offerFunding', offer);
    expect(taken.code).toBe('CORE_EXISTS_WITH_DIFFERENT_PAYLOAD');
  });
});
