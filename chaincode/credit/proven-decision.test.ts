import { BANKS_KEY } from '../core/banks.ts';
import { sha256 } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { type CreditWorld, FIRM } from '../testing/credit-world.ts';
import { scoredFirm } from '../testing/scored-firm.ts';
import type { Kind } from './data/fields.ts';
import { kinds } from './data/kinds.ts';
import { commit } from './disclosure/commitment.ts';
import { assertNotWithdrawn, findScore, findScoreConsent, provenDecision } from './proven-decision.ts';
import type { ScoreStatement } from './score-schemas.ts';

test('a scorer that is no bank is called by no one, because an absent chaincode would abort the whole batch', () => {
  const called: string[] = [];
  const registry = { banks: [{ bank: 'maple', status: 'MEMBER' }] };
  const ledger = {
    namespace: 'cedar',
    readFrom: (namespace: string, keys: readonly string[]) => {
      called.push(namespace);
      return keys.map((key) => (key === BANKS_KEY ? registry : undefined));
    },
  } as unknown as Ledger;

  expect(findScore(ledger, { scoredBy: 'nobank', scoreId: 's1' })).toBeUndefined();
  expect(findScore(ledger, { scoredBy: 'consortium', scoreId: 's1' })).toBeUndefined();
  expect([...new Set(called)]).toEqual(['consortium']);
  expect(findScore(ledger, { scoredBy: 'maple', scoreId: 's1' })).toBeUndefined();
  expect(called.at(-1)).toBe('maple');
});

describe('a decision that maple took about a firm of cedar', () => {
  let world: CreditWorld;
  let decisionProof: any;
  beforeAll(async () => {
    ({ world, decisionProof } = await scoredFirm());
  });
  /** What a bank's operation sees of the rows that everybody may read. */
  const seenBy = (namespace: string, called: string[] = []) =>
    ({
      namespace,
      state: { find: (key: string) => world.ledger.row(namespace, key) },
      readFrom: (from: string, keys: readonly string[]) => {
        called.push(from);
        return keys.map((key) => world.ledger.row(from, key));
      },
    }) as unknown as Ledger;
  const claim = (more: object = {}) => ({ scoredBy: 'maple', scoreId: 's1', subjectId: FIRM, decisionProof, ...more });

  test('is proven to any bank by the opened leaf alone', () => {
    expect(provenDecision(seenBy('cedar'), claim())).toMatchObject({
      decision: 'APPROVED',
      statement: { scoreId: 's1' },
    });
    expect(provenDecision(seenBy('pine'), claim())).toMatchObject({ decision: 'APPROVED' });
  });

  test.each([
    { name: 'of another subject', change: () => ({ subjectId: 'cedar-other' }) },
    { name: 'under another score', change: () => ({ scoreId: 's2' }) },
    { name: 'by another bank', change: () => ({ scoredBy: 'cedar' }) },
    { name: 'with another outcome', change: () => ({ decisionProof: { ...decisionProof, value: 'DECLINED' } }) },
    { name: 'with another salt', change: () => ({ decisionProof: { ...decisionProof, salt: sha256('salt') } }) },
  ])('is not proven $name', ({ change }) => {
    expect(provenDecision(seenBy('cedar'), claim(change()))).toBeUndefined();
  });

  test('is not another field of the score, though that is proven', () => {
    const { record, secret } = world.unsealed('maple', 'MapleMSP', { holding: 'score/s1' });
    const context = { owner: 'maple', subjectId: FIRM, kind: 'score', schemaVersion: 1, reference: 's1' };
    const kind = kinds.score as Kind;
    const [decision, reasons] = commit({ context, kind }, record, secret).disclose(['decision', 'reasonCodes']);
    expect(provenDecision(seenBy('cedar'), claim({ decisionProof: decision }))?.decision).toBe('APPROVED');
    expect(provenDecision(seenBy('cedar'), claim({ decisionProof: reasons }))).toBeUndefined();
  });

  test('is told by the scorer’s own ledger without a call to any other', () => {
    const called: string[] = [];
    expect(findScore(seenBy('maple', called), claim())).toMatchObject({ scoreId: 's1', scoredBy: 'maple' });
    expect(provenDecision(seenBy('maple', called), claim())?.decision).toBe('APPROVED');
    expect(called).toEqual([]);
  });

  test('rests on a consent that the subject’s bank can name', () => {
    const statement = findScore(seenBy('cedar'), claim());
    expect(statement).toBeDefined();
    const consent = statement && findScoreConsent(seenBy('cedar'), statement);
    expect(consent).toMatchObject({ consentId: 'c1', subjectId: FIRM, grantee: 'maple' });
  });

  describe('is for nobody to rest on', () => {
    const rest = () => assertNotWithdrawn(seenBy('cedar'), findScore(seenBy('cedar'), claim()) as ScoreStatement);
    beforeEach(async () => {
      ({ world, decisionProof } = await scoredFirm());
      expect(rest).not.toThrow();
    });

    test('is asked of the subject’s bank: another one has no consent to look at', () => {
      const statement = findScore(seenBy('pine'), claim()) as ScoreStatement;
      expect(() => assertNotWithdrawn(seenBy('pine'), statement)).not.toThrow();
    });

    test('once its consent is revoked', async () => {
      await world.accept('cedar', 'credit:revokeConsent', { consentId: 'c1' });
      expect(rest).toThrow(expect.objectContaining({ code: 'CREDIT_CONSENT_REVOKED', params: { consentId: 'c1' } }));
    });

    test('once its subject is to be forgotten', async () => {
      await world.accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', subjectId: FIRM });
      expect(rest).toThrow(expect.objectContaining({ code: 'CREDIT_SUBJECT_ERASED', params: { subjectId: FIRM } }));
      // What was proven before stays provable.
      expect(provenDecision(seenBy('cedar'), claim())?.decision).toBe('APPROVED');
    });
  });
});
