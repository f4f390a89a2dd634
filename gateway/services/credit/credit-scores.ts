import { errors } from '@tangram/chaincode/credit/errors.ts';
import {
  commit,
  type Disclosure,
  findKind,
  type ModelInUse,
  type Models,
  type ModelsInUse,
  type OpenedInput,
  type RegisteredModel,
  type ScorecardModel,
  type ScoreDeposited,
  type Scoring,
  scoreOpened,
} from '@tangram/chaincode/credit/index.ts';
import type { Booked, LedgerQueries, Requester } from '../types.ts';
import { readFields } from './credit-data.ts';
import {
  accessIdFrom,
  type CreditServiceOptions,
  deposit,
  findLatest,
  getConsent,
  secretFrom,
} from './credit-ledger.ts';
import { type ConsentUse, fieldsByKind } from './credit-shares.ts';

const PURPOSE = 'CREDIT_DECISION';
const KIND = 'score';

export interface ScoreAnswer {
  readonly booked: Booked;
  readonly scoring: Scoring;
  readonly models: Models;
  /** Proves the decision, and nothing else, against the published statement. */
  readonly decisionProof: Disclosure;
}

/**
 * Scores a subject from what this bank holds of it and the consent covers: reads it under recorded accesses, has the
 * chaincode compute and seal the score, and publishes the statement. Throws ServiceError, or a DomainError of CREDIT.
 */
export async function scoreSubject(
  options: CreditServiceOptions,
  { scoreId, consentId, subjectId }: ConsentUse & { readonly scoreId: string },
  requester: Requester,
): Promise<ScoreAnswer> {
  const { bank, client, keys, operations, queries } = options;
  const models = await loadModels(queries);
  const inputs = await openInputs(options, { scoreId, consentId, subjectId }, { models, requester });
  const scoring = scoreOpened(models, inputs);
  const subjectKey = keys.ensure(subjectId);
  const secret = secretFrom(subjectKey, { scoreId, subjectId, inputs });
  const about = { scoreId, subjectId, consentId };
  const call = { bank, operation: 'credit:depositScore', request: about };
  const value = { inputs, secret, subjectKey };
  const deposited = await deposit<ScoreDeposited>(client, call, { name: KIND, value });
  const request = { ...about, ...deposited };
  const booked = await operations.submitOne({ operation: 'credit:recordScore', request, requester });
  const { schemaVersion } = deposited;
  const context = { owner: bank, subjectId, kind: KIND, schemaVersion, reference: scoreId };
  const kind = findKind(KIND, schemaVersion);
  const [decisionProof] = kind ? commit({ context, kind }, scoring.record, secret).disclose(['decision']) : [];
  if (decisionProof === undefined) throw new Error('a score has a decision');
  return { booked, scoring, models, decisionProof };
}

/** The fields that the models ask for, as far as the consent covers them and the home bank has them. */
async function openInputs(
  options: CreditServiceOptions,
  { scoreId, consentId, subjectId }: ConsentUse & { readonly scoreId: string },
  { models, requester }: { readonly models: Models; readonly requester: Requester },
): Promise<OpenedInput[]> {
  const { bank, queries } = options;
  const consent = await getConsent(options, { subjectId, consentId });
  const wanted = wantedFields(models);
  const kinds = [...fieldsByKind({ fields: consent.fields.filter((field) => wanted.has(field)) })];
  const open = async ([kind, fields]: (typeof kinds)[number]): Promise<OpenedInput[]> => {
    const version = (await findLatest(queries, subjectId, kind))?.version;
    if (version === undefined) return [];
    const accessId = accessIdFrom(options, scoreId, kind, version);
    const about = { subjectId, kind, reference: `${version}`, consentId, purpose: PURPOSE, reader: bank } as const;
    const { disclosures } = await readFields(options, { accessId, ...about, fields }, requester);
    return [{ kind, version, disclosures }];
  };
  // Together, so that their accesses are recorded in one batch: the borrower waits for each commit.
  const inputs = (await Promise.all(kinds.map(open))).flat();
  if (inputs.length === 0) throw errors.HOLDING_NOT_FOUND({ subjectId, kind: 'any kind', reference: 'of the models' });
  return inputs;
}

function wantedFields({ champion, challenger }: Models): Set<string> {
  const models = challenger ? [champion, challenger] : [champion];
  return new Set(
    models.flatMap(({ model }) => model.attributes.map(({ source: { kind, field } }) => `${kind}.${field}`)),
  );
}

async function loadModels(queries: LedgerQueries): Promise<Models> {
  const inUse = await queries.evaluate<ModelsInUse>('credit:getModelsInUse', {}, 'consortium');
  const load = async ({ modelId, version, cutoff }: ModelsInUse['champion']): Promise<ModelInUse> => {
    const registered = await queries.evaluate<RegisteredModel>('credit:getModel', { modelId, version }, 'consortium');
    return { model: registered.model as ScorecardModel, cutoff };
  };
  const champion = await load(inUse.champion);
  return inUse.challenger ? { champion, challenger: await load(inUse.challenger) } : { champion };
}
