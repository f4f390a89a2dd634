import { lendingWorld, offer, request } from '../testing/lending-world.ts';
import { newSigner } from '../testing/signer.ts';
import { CNY, type World } from '../testing/world.ts';

const signer = newSigner('Ed25519');
const stranger = newSigner('Ed25519');
let world: World;
beforeEach(async () => {
  world = await lendingWorld();
  for (const name of ['ann', 'ben', 'shop']) {
    const change = { changeId: `k-${name}`, accountId: `cedar-${name}`, keys: [signer.key] };
    await world.accept('cedar', 'accounts:setSigningKeys', change);
  }
  await world.accept('cedar', 'lending:requestLoan', request);
});

const linesOf = (operation: string, fields: readonly (readonly [string, string])[]) => [
  `operation=lending:${operation}`,
  ...fields.map(([name, value]) => `${name}=${value}`),
];
const offerLines = (offerId: string, lenderAccount: string, amount: number) =>
  linesOf('offerFunding', [
    ['offerId', offerId],
    ['requestId', 'Q1'],
    ['lenderAccount', lenderAccount],
    ['amount', String(amount)],
    ['currency', 'CNY'],
    ['leastRate', '0.10'],
  ]);
const refuse = async (operation: string, more: object) =>
  (await world.refuse('cedar', `lending:${operation}`, more)).code;

describe('of accounts with keys', () => {
  test('an offer is signed by its lender, which covers the disbursement too', async () => {
    const unsigned = offer('O1', 'cedar-ann', 60_000);
    expect(await refuse('offerFunding', unsigned)).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const lines = offerLines('O1', 'cedar-ann', 60_000);
    const wrong = { ...unsigned, signature: { ...stranger.sign(lines), keyId: signer.sign(lines).keyId } };
    expect(await refuse('offerFunding', wrong)).toBe('ACCOUNTS_SIGNATURE_INVALID');
    const other = { ...unsigned, leastRate: '0.09', signature: signer.sign(lines) };
    expect(await refuse('offerFunding', other)).toBe('ACCOUNTS_SIGNATURE_INVALID');
    await world.accept('cedar', 'lending:offerFunding', { ...unsigned, signature: signer.sign(lines) });
    await world.accept('cedar', 'lending:offerFunding', offer('O2', 'cedar-cat', 60_000));
    await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
    expect(await world.balances('cedar-ann')).toEqual([50_000n, 50_000n]);
  });

  test('a repayment, the offer and the purchase of a share are signed by whose money or share it is', async () => {
    await world.accept('cedar', 'lending:offerFunding', offer('O3', 'cedar-cat', 100_000));
    await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
    const repayment = { repaymentId: 'R1', loanId: 'L1', amount: CNY(5_000) };
    expect(await refuse('repayLoan', repayment)).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const signature = signer.sign(
      linesOf('repayLoan', [
        ['repaymentId', 'R1'],
        ['loanId', 'L1'],
        ['amount', '5000'],
        ['currency', 'CNY'],
      ]),
    );
    await world.accept('cedar', 'lending:repayLoan', { ...repayment, signature });
    const later = { ...repayment, repaymentId: 'R2', valueDate: '2026-01-05' };
    const fields = { repaymentId: 'R2', loanId: 'L1', amount: '5000', currency: 'CNY', valueDate: '2026-01-05' };
    const dated = { ...later, signature: signer.sign(linesOf('repayLoan', Object.entries(fields))) };
    const { valueDate: _date, ...undated } = dated;
    expect(await refuse('repayLoan', undated)).toBe('ACCOUNTS_SIGNATURE_INVALID');
    await world.accept('cedar', 'lending:repayLoan', dated);

    const expiresAt = '2026-01-06T00:00:00Z';
    const sale = {
      saleId: 'S1',
      loanId: 'L1',
      sellerAccount: 'cedar-cat',
      principal: CNY(100),
      price: CNY(100),
      expiresAt,
    };
    await world.accept('cedar', 'accounts:setSigningKeys', {
      changeId: 'k-cat',
      accountId: 'cedar-cat',
      keys: [signer.key],
    });
    expect(await refuse('offerShare', sale)).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const offered = signer.sign(
      linesOf('offerShare', [
        ...([
          ['saleId', 'S1'],
          ['loanId', 'L1'],
          ['sellerAccount', 'cedar-cat'],
          ['principal', '100'],
        ] as const),
        ...([
          ['price', '100'],
          ['currency', 'CNY'],
          ['expiresAt', expiresAt],
        ] as const),
      ]),
    );
    await world.accept('cedar', 'lending:offerShare', { ...sale, signature: offered });
    const purchase = { purchaseId: 'P1', saleId: 'S1', buyerAccount: 'cedar-ben' };
    expect(await refuse('buyShare', purchase)).toBe('ACCOUNTS_SIGNATURE_MISSING');
    const bought = signer.sign(
      linesOf('buyShare', [
        ['purchaseId', 'P1'],
        ['saleId', 'S1'],
        ['buyerAccount', 'cedar-ben'],
      ]),
    );
    await world.accept('cedar', 'lending:buyShare', { ...purchase, signature: bought });
    expect(await world.balances('cedar-ben')).toEqual([99_900n, 99_900n]);
  });
});
