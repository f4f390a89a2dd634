import { ModelDigest, ModelsInUse, RegisteredModel, ScorecardModel } from '@tangram/chaincode/credit/index.ts';
import { Type } from 'typebox';
import { bookedAnswer, type Route, route } from './route.ts';
import { fields, Position } from './schemas.ts';

const tag = 'credit';

const registerModel = route({
  method: 'POST',
  path: '/v1/credit/models',
  operationId: 'registerScorecard',
  tag,
  summary: 'Register a version of a scorecard for the consortium',
  description: 'For ever, and public: points must follow from log-odds. Fit one with npm run fit-scorecard.',
  roles: ['operator'],
  at: 'centralbank',
  body: fields({ model: ScorecardModel }),
  isFile: true,
  success: {
    status: 201,
    description: 'Registered.',
    schema: Type.Object({ ...ModelDigest.properties, ...Position }, { additionalProperties: true }),
  },
  errors: ['CREDIT_MODEL_INVALID', 'CREDIT_MODEL_EXISTS'],
  async run({ services, requester, body: { model } }) {
    const request = { model };
    const operation = { operation: 'credit:registerModel', lane: 'consortium', request, requester };
    return bookedAnswer({ modelId: model.modelId }, await services.operations.submitOne(operation));
  },
});

const useModels = route({
  method: 'PUT',
  path: '/v1/credit/models-in-use',
  operationId: 'useScorecards',
  tag,
  summary: 'Name the scorecard that decides, and one that is compared with it',
  roles: ['operator'],
  at: 'centralbank',
  body: ModelsInUse,
  success: {
    status: 200,
    description: 'In use from now on.',
    schema: Type.Object({ ...ModelsInUse.properties, ...Position }, { additionalProperties: true }),
  },
  errors: ['CREDIT_MODEL_NOT_FOUND', 'CREDIT_CUTOFF_INVALID'],
  example: {
    body: {
      champion: {
        modelId: 'german-credit',
        version: 1,
        cutoff: { cutoffVersion: 1, approveFrom: 560, referFrom: 530 },
      },
    },
  },
  async run({ services, requester, body }) {
    const request = { ...body };
    const operation = { operation: 'credit:useModels', lane: 'consortium', request, requester };
    return bookedAnswer({}, await services.operations.submitOne(operation));
  },
});

const getModelsInUse = route({
  method: 'GET',
  path: '/v1/credit/models-in-use',
  operationId: 'getScorecardsInUse',
  tag,
  summary: 'Read which scorecards are in use, with their cutoffs',
  roles: ['customer', 'operator', 'regulator'],
  success: { status: 200, description: 'Champion and challenger.', schema: ModelsInUse },
  errors: ['CREDIT_MODEL_NOT_IN_USE'],
  async run({ services }) {
    return { body: await services.queries.evaluate('credit:getModelsInUse', {}, 'consortium') };
  },
});

const getModel = route({
  method: 'GET',
  path: '/v1/credit/models/{modelId}/{version}',
  operationId: 'getScorecard',
  tag,
  summary: 'Read a registered scorecard, to compute a score again',
  roles: ['customer', 'operator', 'regulator'],
  params: fields({
    modelId: Type.String({ pattern: '^[a-z][a-z0-9-]{0,39}$' }),
    version: Type.String({ pattern: '^[1-9][0-9]{0,6}$' }),
  }),
  success: {
    status: 200,
    description: 'The model and its digest.',
    schema: fields({ ...RegisteredModel.properties, model: ScorecardModel }),
  },
  errors: ['CREDIT_MODEL_NOT_FOUND'],
  async run({ services, params: { modelId, version } }) {
    const request = { modelId, version: Number.parseInt(version, 10) };
    return { body: await services.queries.evaluate('credit:getModel', request, 'consortium') };
  },
});

export const creditModelRoutes: Route[] = [registerModel, useModels, getModelsInUse, getModel];
