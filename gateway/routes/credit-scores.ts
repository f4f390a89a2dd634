import { Decision, Disclosure, ScoreStatement } from '@tangram/chaincode/credit/index.ts';
import { Type } from 'typebox';
import type { ScoreAnswer } from '../services/credit/credit-scores.ts';
import { CONSENT_ERRORS } from './credit-data.ts';
import { type Answer, bookedAnswer, type Route, route } from './route.ts';
import { AccountId, ClientId, fields, Position } from './schemas.ts';

const tag = 'credit';

const scoreSubject = route({
  method: 'POST',
  path: '/v1/credit/scores',
  operationId: 'scoreSubject',
  tag,
  summary: 'Score a subject with the models in use',
  description:
    'Reads what the models ask for and the consent covers, under recorded accesses. Score and reasons are told here ' +
    'and kept sealed; the ledger sees digests of model, input and result. `decisionProof` proves the decision alone.',
  roles: ['operator'],
  at: 'bank',
  body: fields({ scoreId: ClientId, consentId: ClientId, subjectId: AccountId }),
  idField: 'scoreId',
  success: {
    status: 201,
    description: 'Scored.',
    schema: Type.Object(
      {
        ...ScoreStatement.properties,
        score: Type.Integer(),
        decision: Decision,
        reasons: Type.Array(fields({ code: Type.String(), reason: Type.String() }), {
          description: 'What cost most points, dearest first; at most four.',
        }),
        decisionProof: Disclosure,
        ...Position,
      },
      { additionalProperties: true },
    ),
  },
  errors: [
    ...CONSENT_ERRORS,
    'CREDIT_MODEL_NOT_IN_USE',
    'CREDIT_HOLDING_NOT_FOUND',
    'CREDIT_VERSION_STALE',
    'CREDIT_SCORE_INPUT_INVALID',
    'CREDIT_DISCLOSURE_INVALID',
    'CREDIT_ALREADY_RECORDED',
    'CREDIT_NOT_DEPOSITED',
  ],
  example: { body: { scoreId: 'SC-1', consentId: 'C-1', subjectId: 'cedar-teashop' } },
  async run({ services, requester, body }) {
    return scoreAnswer(body.scoreId, await services.credit.score(body, requester));
  },
});

function scoreAnswer(scoreId: string, { booked, scoring, models, decisionProof }: ScoreAnswer): Answer {
  const { score, decision, reasonCodes } = scoring.champion;
  const { attributes } = models.champion.model;
  const reasons = reasonCodes.map((code) => ({
    code,
    reason: attributes.find(({ reasonCode }) => reasonCode === code)?.reason ?? '',
  }));
  const answer = bookedAnswer({ scoreId }, booked);
  return { ...answer, body: { ...(answer.body as object), score, decision, reasons, decisionProof } };
}

const getScore = route({
  method: 'GET',
  path: '/v1/credit/scores/{scoreId}',
  operationId: 'getScoreStatement',
  tag,
  summary: 'Read the public statement about a score that this bank computed',
  roles: ['operator', 'regulator'],
  at: 'bank',
  params: fields({ scoreId: ClientId }),
  success: { status: 200, description: 'Digests and consent, not the score.', schema: ScoreStatement },
  errors: ['CREDIT_SCORE_NOT_FOUND'],
  async run({ services, params: { scoreId } }) {
    return { body: await services.queries.evaluate('credit:getScore', { scoreId }) };
  },
});

export const creditScoreRoutes: Route[] = [scoreSubject, getScore];
