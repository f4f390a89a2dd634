import { sha256 } from '../core/canonical.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { CreditWorld, FIRM, planted } from '../testing/credit-world.ts';
import { subjects } from './store.ts';

let world: CreditWorld;
beforeEach(async () => {
  world = await new CreditWorld().openFirm();
  await world.putData('tax', planted.tax);
  await world.consent();
});

const turnover = () => world.openLeaves('tax', ['turnover']);
const refusedShare = (given: object) => refusalOf(world.depositShare({ disclosures: turnover(), ...given }));
const notRecorded = (accessNumber: number) => ({
  code: 'CREDIT_ACCESS_NOT_RECORDED',
  params: { subjectId: FIRM, accessNumber },
});

describe('a share', () => {
  test('rests on an access that was recorded for this bank, under this consent and to this version', async () => {
    await world.request();
    expect(await refusedShare({ accessNumber: 1 })).toEqual(notRecorded(1));
    await world.consent({ consentId: 'c2' });
    const otherConsent = await world.access({ consentId: 'c2' });
    expect(await refusedShare(otherConsent)).toEqual(notRecorded(1));
    await world.consent({ consentId: 'c3', grantee: 'pine' });
    const otherBank = await world.access({ consentId: 'c3', reader: 'pine' });
    expect(await refusedShare(otherBank)).toEqual(notRecorded(2));

    const earlier = await world.access();
    await world.putData('tax', planted.tax, 2);
    const later = await world.access({ reference: '2' });
    expect(await refusedShare({ ...earlier, version: 2 })).toEqual(notRecorded(3));
    expect(await refusedShare(later)).toEqual(notRecorded(4));
    const disclosures = world.openLeaves('tax', ['turnover'], 2);
    expect(await refusedShare({ ...later, version: 2, disclosures })).toBeUndefined();
  });

  test('may serve another purpose than a decision about credit', async () => {
    await world.consent({ consentId: 'c2', purpose: 'MONITORING' });
    await world.request({ consentId: 'c2' });
    const grant = await world.access({ consentId: 'c2', purpose: 'MONITORING' });
    await world.depositShare({ ...grant, consentId: 'c2', disclosures: turnover() });
    const of = { ...grant, kind: 'tax', version: 1, consentId: 'c2' };
    expect(await world.accept('maple', 'credit:recordShare', of)).toMatchObject({ owner: 'cedar', consentId: 'c2' });
  });

  test('is neither asked for nor deposited under a consent that nobody gave', async () => {
    const missing = { code: 'CREDIT_CONSENT_NOT_FOUND', params: { consentId: 'c9' } };
    const asked = { consentId: 'c9', subjectId: FIRM, encryptionKey: sha256('key') };
    expect(await world.refuse('maple', 'credit:requestData', asked)).toMatchObject(missing);
    expect(await refusedShare({ accessNumber: 1, consentId: 'c9' })).toEqual(missing);
  });

  test('under a consent that only the bank attests is refused at the deposit too', async () => {
    world = await new CreditWorld().openFirm({ isKeyed: false });
    await world.putData('tax', planted.tax);
    await world.accept('cedar', 'credit:giveConsent', world.consentRequest());
    expect(await refusedShare({ accessNumber: 1 })).toEqual({
      code: 'CREDIT_CONSENT_ATTESTED_ONLY',
      params: { consentId: 'c1' },
    });
  });

  test('tells what it lacks', async () => {
    const grant = await world.access();
    expect(await refusedShare(grant)).toEqual({
      code: 'CREDIT_REQUEST_NOT_FOUND',
      params: { bank: 'maple', consentId: 'c1' },
    });
    await world.request();
    expect(await refusedShare({ ...grant, disclosures: world.openLeaves('tax', ['taxPaid']) })).toEqual({
      code: 'CREDIT_CONSENT_FIELD_MISSING',
      params: { consentId: 'c1', field: 'tax.taxPaid' },
    });
    const of = { ...grant, kind: 'tax', version: 1, consentId: 'c1' };
    expect(await world.refuse('maple', 'credit:recordShare', of)).toMatchObject({
      code: 'CREDIT_NOT_DEPOSITED',
      params: { kind: 'tax', reference: '1', subjectId: FIRM },
    });
    await world.consent({ consentId: 'c2', grantee: 'pine' });
    expect(await refusedShare({ ...grant, consentId: 'c2' })).toEqual({
      code: 'CREDIT_CONSENT_NOT_YOURS',
      params: { consentId: 'c2', bank: 'maple' },
    });
  });

  test('that is repeated stands once among what the bank holds', async () => {
    await world.request();
    await world.share('tax', ['turnover']);
    await world.share('tax', ['turnover.band']);
    expect(world.ledger.row('maple', subjects.key(FIRM)).holdings).toEqual(['tax/1']);
  });
});
