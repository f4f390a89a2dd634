import { batchKey } from '../core/batch.ts';
import { canonicalJson } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { refusalOf } from '../core/memory-ledger.ts';
import { CreditWorld, FIRM, planted } from '../testing/credit-world.ts';
import { envelope } from '../testing/world.ts';
import { isErasedAtHome } from './holders.ts';
import { subjects } from './store.ts';

let world: CreditWorld;
beforeEach(async () => {
  world = await new CreditWorld().openFirm();
  await world.putData('tax', planted.tax);
  await world.putData('profile', planted.profile);
});

describe('the home bank', () => {
  const score = (given: object = {}) => world.depositScore({ bank: 'cedar', inputs: world.inputs(), ...given });

  test('scores its own subject from what it holds, as another bank would', async () => {
    await world.putModelsToUse();
    await world.consent({ grantee: 'cedar' });
    const { response, writes } = await score();
    expect(writes.size).toBe(0);
    const statement = { scoreId: 's1', subjectId: FIRM, consentId: 'c1', ...response };
    expect(await world.accept('cedar', 'credit:recordScore', statement)).toMatchObject({ scoredBy: 'cedar' });
    const { record } = world.unsealed('cedar', 'CedarMSP', { holding: 'score/s1' });
    expect(record).toMatchObject({ score: 649, decision: 'APPROVED' });
  });

  test('scores the latest version of what it holds, and of nothing else', async () => {
    await world.putModelsToUse();
    await world.consent({ grantee: 'cedar' });
    await world.putData('tax', planted.tax, 2);
    expect(await refusalOf(score())).toEqual({
      code: 'CREDIT_VERSION_STALE',
      params: { kind: 'tax', version: 1, expected: 2 },
    });
    const disclosures = world.openLeaves('bureau', ['defaults']);
    expect(await refusalOf(score({ inputs: [{ kind: 'bureau', version: 1, disclosures }] }))).toEqual({
      code: 'CREDIT_HOLDING_NOT_FOUND',
      params: { kind: 'bureau', reference: '1', subjectId: FIRM },
    });
  });

  test('cannot pass a score off as data that it holds of its subject', async () => {
    await world.putModelsToUse();
    await world.consent({ grantee: 'cedar' });
    const { schemaVersion, commitment, sealedDigest } = (await score({ scoreId: '1' })).response;
    const data = { subjectId: FIRM, kind: 'score', version: 1, schemaVersion, commitment, sealedDigest };
    expect(await world.refuse('cedar', 'credit:recordData', data)).toEqual({
      code: 'CREDIT_NOT_DEPOSITED',
      params: { kind: 'score', reference: '1', subjectId: FIRM },
      writes: 0,
    });
  });

  test('may read its own copy under a consent that it attests itself', async () => {
    world = await new CreditWorld().openFirm({ isKeyed: false });
    await world.putData('tax', planted.tax);
    await world.accept('cedar', 'credit:giveConsent', world.consentRequest({ grantee: 'cedar' }));
    const grant = await world.access({ reader: 'cedar' });
    expect(await world.ledger.query('cedar', 'credit:readData', grant)).toHaveProperty('sealed');
  });

  test('reads nothing on a peer that the sealed bytes have not reached', async () => {
    await world.consent({ grantee: 'cedar' });
    const grant = await world.access({ reader: 'cedar' });
    const row = world.ledger.row('cedar', subjects.key(FIRM));
    // A purge takes the bytes off the peer; with the row as it was, it is one that waits for them.
    await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
    await world.ledger.direct('cedar', 'credit:purgeSubject', { subjectId: FIRM });
    world.ledger.put('cedar', subjects.key(FIRM), Buffer.from(canonicalJson(row)));
    expect(await refusalOf(world.ledger.query('cedar', 'credit:readData', grant))).toEqual({
      code: 'CREDIT_NOT_DEPOSITED',
      params: { kind: 'tax', reference: '1', subjectId: FIRM },
    });
  });

  test('records an access under a consent that the same batch brings', async () => {
    const consent = world.signConsent(world.consentRequest());
    const operations = [
      envelope('credit:giveConsent', consent),
      envelope('credit:recordAccess', world.accessRequest()),
      envelope('credit:revokeConsent', { consentId: 'c1' }),
      envelope('credit:recordAccess', world.accessRequest()),
    ];
    const { response } = await world.ledger.submit('cedar', operations);
    expect(response.results.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted', 'accepted', 'refused']);
    expect(response.results[3]).toMatchObject({ code: 'CREDIT_CONSENT_REVOKED', params: { consentId: 'c1' } });
    expect(world.ledger.row('cedar', batchKey(response.sequence)).entries[1].events[0].data.accessNumber).toBe(1);
  });
});

describe('a subject', () => {
  test('of no bank has no home, and nothing of that name is called', () => {
    const called: string[] = [];
    const ledger = {
      namespace: 'cedar',
      readFrom: (namespace: string, keys: readonly string[]) => {
        called.push(namespace);
        return keys.map(() => undefined);
      },
    } as unknown as Ledger;
    expect(isErasedAtHome(ledger, 'nobank-firm')).toBe(false);
    expect([...new Set(called)]).toEqual(['consortium']);
  });

  test('of whom nobody read anything has an empty list of accesses', async () => {
    const none = await world.ledger.query('cedar', 'credit:listAccesses', { subjectId: 'cedar-other' });
    expect(none).toEqual({ accesses: [], accessCount: 0 });
  });
});
