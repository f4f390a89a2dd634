import { sha256 } from '../core/canonical.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { CreditWorld, granteeSecret, planted } from '../testing/credit-world.ts';
import { publicKeyOf, sharedKeyOf } from './transfer-key.ts';

/** A firm at Cedar and one at Pine, each of which lets Maple read the same under a consent `c1` of its own bank. */
let cedar: CreditWorld;
let pine: CreditWorld;
beforeEach(async () => {
  cedar = await new CreditWorld().openFirm();
  pine = await new CreditWorld(cedar.ledger, 'pine-firm').openFirm();
  for (const world of [cedar, pine]) {
    await world.putData('tax', planted.tax);
    await world.consent();
  }
});

const pinesSecret = sha256('grantee secret for the firm at Pine');
const askForPines = () => pine.request({ encryptionKey: publicKeyOf(pinesSecret) });

/** What Maple opens of a firm's share with the secret that it made for that firm. */
function openedWith(world: CreditWorld, secret: string): unknown {
  const { ephemeralKey } = world.sealed('maple', 'MapleMSP', 'tax/1');
  const key = sharedKeyOf(secret, ephemeralKey) as string;
  return world.unsealed('maple', 'MapleMSP', { holding: 'tax/1', key })?.disclosures[0].value;
}

describe('two banks that use one consent id', () => {
  test('each have their share recorded, sealed for the key that was made for its subject', async () => {
    await cedar.request();
    await askForPines();
    expect(await cedar.share('tax', ['turnover'])).toMatchObject({ owner: 'cedar', consentId: 'c1' });
    expect(await pine.share('tax', ['turnover'])).toMatchObject({ owner: 'pine', consentId: 'c1' });
    expect(openedWith(cedar, granteeSecret)).toBe(planted.tax.turnover);
    expect(openedWith(pine, pinesSecret)).toBe(planted.tax.turnover);
    expect([openedWith(cedar, pinesSecret), openedWith(pine, granteeSecret)]).toEqual([undefined, undefined]);
  });

  test('share nothing on a request about the subject of the other', async () => {
    await askForPines();
    const { accessNumber } = await cedar.access();
    const disclosures = cedar.openLeaves('tax', ['turnover']);
    expect(await refusalOf(cedar.depositShare({ accessNumber, disclosures }))).toEqual({
      code: 'CREDIT_REQUEST_NOT_FOUND',
      params: { bank: 'maple', consentId: 'c1' },
    });
  });
});
