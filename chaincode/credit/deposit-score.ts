import { canonicalJson } from '../core/canonical.ts';
import type { Ledger } from '../core/ledger.ts';
import { assertConsented } from './consent-rules.ts';
import type { Kind } from './data/fields.ts';
import { kinds } from './data/kinds.ts';
import { placeOf } from './deposit-data.ts';
import { assertOpened } from './deposit-share.ts';
import { commit } from './disclosure/commitment.ts';
import { errors } from './errors.ts';
import { consentOf, heldSubject, latestHolding } from './holders.ts';
import type { ModelReference, ModelsInUse, RegisteredModel } from './model-schemas.ts';
import { transientReader } from './read-transient.ts';
import { type Models, scoreOpened } from './score-record.ts';
import { type DepositScore, ScoreDeposit, type ScoreDeposited } from './score-schemas.ts';
import type { ScorecardModel } from './scorecard/model.ts';
import { putSealedOnce } from './sealed-data.ts';
import { seal } from './sealing.ts';
import { currentModels, models, modelsInUse } from './store.ts';

const readScore = transientReader('score', ScoreDeposit);
const HOME_OF_MODELS = 'consortium';

/**
 * Scores opened fields of a subject, each checked against the home bank's commitment, with the models in use, and seals
 * score, decision and reasons in the scorer's collection. What it answers says nothing of them. Refuses, in order:
 * SUBJECT_ERASED, CONSENT_NOT_FOUND to CONSENT_PURPOSE_DIFFERS, DEPOSIT_INVALID, VERSION_STALE, CONSENT_FIELD_MISSING,
 * DISCLOSURE_INVALID, MODEL_NOT_IN_USE, SCORE_INPUT_INVALID, ALREADY_RECORDED.
 */
export function depositScore(ledger: Ledger, { scoreId, subjectId, consentId, digest }: DepositScore): ScoreDeposited {
  const scorer = ledger.namespace;
  heldSubject(ledger, subjectId);
  const consent = consentOf(ledger, subjectId, consentId);
  const use = { subjectId, reader: scorer, purpose: 'CREDIT_DECISION', fields: [] } as const;
  assertConsented(consentId, consent, { ...use, nowMilliseconds: ledger.nowMilliseconds });
  const { inputs, secret, subjectKey } = readScore(ledger, digest);
  for (const { kind, version, disclosures } of inputs) {
    assertOpened(kind, { consent, holding: latestHolding(ledger, { subjectId, kind, version }) }, disclosures);
  }
  const { champion, challenger, inputDigest, record } = scoreOpened(loadModels(ledger), inputs);

  const kind = kinds.score as Kind;
  const { schemaVersion } = kind;
  const { commitment } = commit(
    { context: { owner: scorer, subjectId, kind: 'score', schemaVersion, reference: scoreId }, kind },
    record,
    secret,
  );
  const place = placeOf(scorer, subjectId, `score/${scoreId}`);
  const sealed = seal({ subjectKey, place }, secret, canonicalJson({ record, secret }));
  const of = { subjectId, kind: 'score', reference: scoreId };
  return {
    ...putSealedOnce(ledger, of, { schemaVersion, commitment, value: { sealed } }),
    modelDigest: champion.modelDigest,
    cutoffVersion: champion.cutoffVersion,
    ...(challenger ? { challengerDigest: challenger.modelDigest } : {}),
    inputDigest,
  };
}

/** Champion and challenger as the consortium has put them to use. Refuses: MODEL_NOT_IN_USE. */
function loadModels(ledger: Ledger): Models {
  const inUse = loadInUse(ledger);
  const load = (use: ModelsInUse['champion']) => ({
    model: loadModel(ledger, use).model as ScorecardModel,
    cutoff: use.cutoff,
  });
  const champion = load(inUse.champion);
  return inUse.challenger ? { champion, challenger: load(inUse.challenger) } : { champion };
}

/** Digests of the models in use. Refuses: MODEL_NOT_IN_USE. */
export function digestsInUse(ledger: Ledger): {
  modelDigest: string;
  cutoffVersion: number;
  challengerDigest?: string;
} {
  const { champion, challenger } = loadInUse(ledger);
  return {
    modelDigest: loadModel(ledger, champion).digest,
    cutoffVersion: champion.cutoff.cutoffVersion,
    ...(challenger ? { challengerDigest: loadModel(ledger, challenger).digest } : {}),
  };
}

function loadInUse(ledger: Ledger): ModelsInUse {
  const inUse = modelsInUse.findFrom(ledger, HOME_OF_MODELS, [[...currentModels]])[0];
  if (inUse === undefined) throw errors.MODEL_NOT_IN_USE();
  return inUse;
}

function loadModel(ledger: Ledger, { modelId, version }: ModelReference): RegisteredModel {
  const registered = models.findFrom(ledger, HOME_OF_MODELS, [[modelId, `${version}`]])[0];
  if (registered === undefined) throw errors.MODEL_NOT_IN_USE();
  return registered;
}
