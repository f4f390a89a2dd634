import { FIRM } from '@tangram/chaincode/testing/credit-world.ts';
import {
  lendingWorld,
  loanWorld,
  offer,
  passDays,
  product,
  request,
} from '@tangram/chaincode/testing/lending-world.ts';
import { scoredFirm } from '@tangram/chaincode/testing/scored-firm.ts';
import { newSigner } from '@tangram/chaincode/testing/signer.ts';
import { CNY, type World } from '@tangram/chaincode/testing/world.ts';
import { batchRows } from '../properties/audited-world.ts';
import { audit } from './audit.ts';

/** A loan from request to recovery, with a fee, a sale of a share, a backdated repayment and a request that expires. */
async function lifeOfALoan(): Promise<World> {
  const world = await loanWorld({ disbursementFee: { rate: '0.01' }, instalmentFee: { amount: CNY(50) } });
  const book = (operation: string, more: object) => world.accept('cedar', `lending:${operation}`, more);
  await book('requestLoan', { ...request, requestId: 'Q2' });
  await book('offerFunding', offer('O9', 'cedar-ann', 100, { requestId: 'Q2' }));
  await book('offerFunding', offer('O8', 'cedar-ann', 200, { requestId: 'Q2' }));
  await book('withdrawOffer', { requestId: 'Q2', offerId: 'O8' });
  const sale = { saleId: 'S1', loanId: 'L1', sellerAccount: 'cedar-ann', principal: CNY(7_777), price: CNY(8_000) };
  await book('offerShare', { ...sale, expiresAt: '2026-01-06T00:00:00Z' });
  await book('buyShare', { purchaseId: 'P1', saleId: 'S1', buyerAccount: 'cedar-ben' });
  passDays(world, 69);
  await world.as('system').accept('cedar', 'lending:expireRequests', { requestIds: ['Q2'] });
  await book('repayLoan', { repaymentId: 'R2', loanId: 'L1', amount: CNY(20_000) });
  await book('repayLoan', { repaymentId: 'R1', loanId: 'L1', amount: CNY(17_305), valueDate: '2026-02-05' });
  passDays(world, 5);
  await book('accrueLoans', { accrualDate: '2026-03-20', page: 1 });
  passDays(world, 400);
  await book('writeOffLoan', { writeOffId: 'W1', loanId: 'L1' });
  await book('recoverLoan', { recoveryId: 'V1', loanId: 'L1', debtorAccount: 'cedar-shop', amount: CNY(10_001) });
  return world;
}

let rows: any[];
beforeAll(async () => {
  rows = batchRows(await lifeOfALoan());
});

/** What the auditor says of the rows once the last entry of an operation is changed. */
function forge(operation: string, change: (entry: any) => void): string[] {
  const forged = structuredClone(rows);
  const entries = forged.flatMap((row) => row.entries).filter((entry: any) => entry.operation === operation);
  change(entries.at(-1));
  return audit(forged);
}

test('finds nothing wrong with the whole life of a loan', () => {
  expect(
    rows.flatMap(({ entries }) => entries).filter(({ operation }: any) => /^lending/.test(operation)),
  ).toHaveLength(18);
  expect(audit(rows)).toEqual([]);
});

test.each([
  [
    'a lender gets a unit of another’s',
    'lending:repayLoan',
    (entry: any) => move(entry.result.lenders, 'amount'),
    'AUDIT_PARTS',
  ],
  [
    'a share is born larger than its lender paid',
    'lending:disburseLoan',
    (entry: any) => move(entry.result.shares, 'principal'),
    'AUDIT_LENDER_PAYS_MORE',
  ],
  [
    'the loan is more than its shares',
    'lending:disburseLoan',
    (entry: any) => (entry.result.principal.amount = '100001'),
    'AUDIT_SHARES',
  ],
  ['the balance grows', 'lending:repayLoan', (entry: any) => (entry.result.balance.amount = '100001'), 'AUDIT_BALANCE'],
  [
    'the balance is not what was posted',
    'lending:recoverLoan',
    (entry: any) => (entry.result.balance.amount = '1'),
    'AUDIT_PRINCIPAL',
  ],
  [
    'a loan that is written off stays among those that run',
    'lending:writeOffLoan',
    (entry: any) => (entry.postings = []),
    'AUDIT_PRINCIPAL',
  ],
  [
    'what is written off is forgotten',
    'lending:writeOffLoan',
    (entry: any) =>
      (entry.postings.find((posting: any) => posting.account.endsWith('written-off')).account = 'cedar.loan-fees'),
    'AUDIT_CLAIM',
  ],
  [
    'a recovery is booked as a repayment',
    'lending:recoverLoan',
    (entry: any) =>
      (entry.postings.find((posting: any) => posting.account.endsWith('written-off')).account = 'cedar.loan-principal'),
    'AUDIT_PRINCIPAL',
  ],
  [
    'money comes from nowhere',
    'lending:recoverLoan',
    (entry: any) => (entry.request.amount.amount = '99999999'),
    'INSUFFICIENT_FUNDS',
  ],
  [
    'a claim has no debt against it',
    'lending:accrueLoans',
    (entry: any) => (entry.postings[0].account = 'cedar.loan-fees'),
    'AUDIT_CLAIM',
  ],
  [
    'a sale is of more than is held',
    'lending:offerShare',
    (entry: any) => (entry.request.principal.amount = '50001'),
    'SHARE_TOO_SMALL',
  ],
])('finds that %s', (_fault, operation, change, problem) => {
  expect(forge(operation, change).join('\n')).toContain(problem);
});

/** Takes a unit from the last and gives it to the first. */
function move(parts: any[], field: string): void {
  parts[0][field] = String(BigInt(parts[0][field]) + 1n);
  parts.at(-1)[field] = String(BigInt(parts.at(-1)[field]) - 1n);
}

describe('a mandate', () => {
  const named = { productId: product.productId, productVersion: product.version };
  let mandated: any[];
  beforeAll(async () => {
    const { world, decisionProof } = await scoredFirm();
    await world.accept('consortium', 'lending:setProduct', product);
    await world.open('cedar-ann', { funds: 1_000n });
    const mandate = { mandateId: 'M1', lenderAccount: 'cedar-ann', ...named, most: CNY(800), leastRate: '0.1' };
    await world.accept('cedar', 'lending:setMandate', mandate);
    const score = { scoredBy: 'maple', scoreId: 's1', decisionProof };
    const asked = { ...request, borrowerAccount: FIRM, amount: CNY(1_000), minimumAmount: CNY(1_000), score };
    await world.accept('cedar', 'lending:requestLoan', asked);
    await world.accept('cedar', 'lending:offerFunding', offer('O1', 'cedar-ann', 200));
    await world.accept('cedar', 'lending:disburseLoan', { loanId: 'L1', requestId: 'Q1' });
    await world.accept('cedar', 'lending:endMandate', { mandateId: 'M1', ...named });
    mandated = batchRows(world);
  });
  const entry = (forged: any[], operation: string) =>
    forged.flatMap((row) => row.entries).find((each: any) => each.operation === operation);

  test('is followed from the lender’s word to the loan', () => {
    expect(audit(mandated)).toEqual([]);
  });

  test.each([
    ['more is offered than it allows', (row: any) => (row.result.mandated[0].amount = '801'), 'WITHOUT_MANDATE'],
    ['somebody else pays', (row: any) => (row.result.mandated[0].lenderAccount = FIRM), 'WITHOUT_MANDATE'],
    ['nobody was scored', (row: any) => delete row.request.score, 'WITHOUT_MANDATE'],
    ['an offer is kept quiet', (row: any) => delete row.result.mandated, 'MORE_THAN_OFFERED'],
  ])('is not where %s', (_fault, change, problem) => {
    const forged = structuredClone(mandated);
    change(entry(forged, 'lending:requestLoan'));
    expect(audit(forged).join('\n')).toContain(problem);
  });
});

describe('accounts with keys', () => {
  const signer = newSigner('Ed25519');
  let signed: any[];
  beforeAll(async () => {
    const world = await lendingWorld();
    for (const name of ['ann', 'shop']) {
      const change = { changeId: `k-${name}`, accountId: `cedar-${name}`, keys: [signer.key] };
      await world.accept('cedar', 'accounts:setSigningKeys', change);
    }
    const book = (operation: string, more: object, lines: readonly string[] = []) => {
      const signature = signer.sign([`operation=lending:${operation}`, ...lines]);
      return world.accept('cedar', `lending:${operation}`, { ...more, ...(lines.length === 0 ? {} : { signature }) });
    };
    await book('requestLoan', request);
    const lender = ['offerId=O1', 'requestId=Q1', 'lenderAccount=cedar-ann'];
    const terms = [...lender, 'amount=100000', 'currency=CNY', 'leastRate=0.10'];
    await book('offerFunding', offer('O1', 'cedar-ann', 100_000), terms);
    await book('disburseLoan', { loanId: 'L1', requestId: 'Q1' });
    const repayment = { repaymentId: 'R1', loanId: 'L1', amount: CNY(5_000) };
    await book('repayLoan', repayment, ['repaymentId=R1', 'loanId=L1', 'amount=5000', 'currency=CNY']);
    const expiresAt = '2026-01-06T00:00:00Z';
    const sale = { saleId: 'S1', loanId: 'L1', sellerAccount: 'cedar-ann', principal: CNY(100), price: CNY(90) };
    const seller = ['saleId=S1', 'loanId=L1', 'sellerAccount=cedar-ann', 'principal=100', 'price=90', 'currency=CNY'];
    await book('offerShare', { ...sale, expiresAt }, [...seller, `expiresAt=${expiresAt}`]);
    const purchase = { purchaseId: 'P1', saleId: 'S1', buyerAccount: 'cedar-shop' };
    await book('buyShare', purchase, ['purchaseId=P1', 'saleId=S1', 'buyerAccount=cedar-shop']);
    signed = batchRows(world);
  });

  test('are audited with every signature', () => {
    expect(audit(signed)).toEqual([]);
  });

  test.each(['offerFunding', 'repayLoan', 'offerShare', 'buyShare'])('need theirs for %s', (name) => {
    for (const [change, problem] of [
      [(entry: any) => delete entry.request.signature, 'ACCOUNTS_SIGNATURE_MISSING'],
      [
        (entry: any) => {
          const { value } = entry.request.signature;
          entry.request.signature = {
            ...entry.request.signature,
            value: `${value.startsWith('B') ? 'C' : 'B'}${value.slice(1)}`,
          };
        },
        'ACCOUNTS_SIGNATURE_INVALID',
      ],
    ] as const) {
      const forged = structuredClone(signed);
      const operation = `lending:${name}`;
      change(forged.flatMap((row) => row.entries).find((entry: any) => entry.operation === operation));
      expect(audit(forged).join('\n')).toContain(problem);
    }
  });
});
