import { canonicalJson } from '../core/canonical.ts';
import { loanWorld } from '../testing/lending-world.ts';
import { CNY, type World } from '../testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await loanWorld();
});

/** Changes the loan's row as if it had come so far by itself. */
function change(more: (loan: any) => object): void {
  const loan = world.ledger.row('cedar', 'loan/L1');
  const row = canonicalJson({ ...loan, ...more(loan) });
  world.ledger.put('cedar', 'loan/L1', Buffer.from(row));
}

test('a loan takes a hundred securities and no more', async () => {
  const security = { kind: 'guarantee', documentDigest: 'a'.repeat(64), value: CNY(1), recordedAt: '' };
  const securities = Array.from({ length: 100 }, (_, count) => ({ ...security, securityId: `G${count}` }));
  change(() => ({ securities: securities.map((each) => ({ ...each, recordedAt: '2026-01-05T09:00:00.000Z' })) }));
  const { recordedAt: _recorded, ...terms } = security;
  const one = { ...terms, loanId: 'L1', securityId: 'G100' };
  expect(await world.refuse('cedar', 'lending:recordSecurity', one)).toEqual({
    code: 'LENDING_SECURITIES_FULL',
    params: { loanId: 'L1', securities: 100 },
    writes: 0,
  });
});

test('a loan has two hundred lenders and no more: a share changes hands, but is not split further', async () => {
  const others = Array.from({ length: 197 }, (_, count) => ({ lenderAccount: `cedar-l${count}`, principal: '1' }));
  change(({ shares: [first, ...rest] }) => ({
    shares: [{ ...first, principal: String(BigInt(first.principal) - 197n) }, ...rest, ...others],
  }));
  await world.open('cedar-dan', { funds: 1_000n });
  const sell = (saleId: string, principal: number) =>
    world.accept('cedar', 'lending:offerShare', {
      ...{ saleId, loanId: 'L1', sellerAccount: 'cedar-cat', principal: CNY(principal), price: CNY(1) },
      expiresAt: '2026-01-06T00:00:00Z',
    });
  await sell('S1', 1);
  await sell('S2', 20_000);
  const buy = (saleId: string) => ({ purchaseId: `P-${saleId}`, saleId, buyerAccount: 'cedar-dan' });
  expect(await world.refuse('cedar', 'lending:buyShare', buy('S1'))).toEqual({
    code: 'LENDING_LENDERS_FULL',
    params: { loanId: 'L1', lenders: 200 },
    writes: 0,
  });
  expect(await world.accept('cedar', 'lending:buyShare', buy('S2'))).toMatchObject({ status: 'SOLD' });
});
