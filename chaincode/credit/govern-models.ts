import type { Ledger } from '../core/ledger.ts';
import { errors } from './errors.ts';
import type { ModelDigest, ModelReference, ModelsInUse, RegisteredModel, RegisterModel } from './model-schemas.ts';
import { readModel } from './scorecard/check-model.ts';
import { assertSources } from './scorecard/check-sources.ts';
import { assertCutoff } from './scorecard/decide.ts';
import { digestModel } from './scorecard/model.ts';
import { currentModels, models, modelsInUse } from './store.ts';

/** Registers a version of a scorecard for ever; the same again changes nothing. Refuses, in order: MODEL_INVALID, MODEL_EXISTS. */
export function registerModel(ledger: Ledger, request: RegisterModel): ModelDigest {
  const model = readModel(request.model);
  assertSources(model);
  const { modelId, version } = model;
  const digest = digestModel(model);
  const registered = models.find(ledger, modelId, `${version}`);
  if (registered !== undefined && registered.digest !== digest) throw errors.MODEL_EXISTS({ modelId, version });

  if (registered === undefined) {
    models.put(ledger, { modelId, version, digest, model, registeredAt: ledger.now });
    ledger.emit('ScorecardRegistered', { modelId, version, digest });
  }
  return { modelId, version, digest };
}

/** Names the model that decides, and one that is only compared with it. Refuses, in order: MODEL_NOT_FOUND, CUTOFF_INVALID. */
export function useModels(ledger: Ledger, request: ModelsInUse): ModelsInUse {
  const { champion, challenger } = request;
  for (const { modelId, version, cutoff } of challenger ? [champion, challenger] : [champion]) {
    getModel(ledger, { modelId, version });
    assertCutoff(cutoff);
  }

  modelsInUse.put(ledger, request);
  ledger.emit('ScorecardsPutToUse', { champion: champion.modelId, version: champion.version });
  return request;
}

/** A registered model. Refuses: MODEL_NOT_FOUND. */
export function getModel(ledger: Ledger, { modelId, version }: ModelReference): RegisteredModel {
  const model = models.find(ledger, modelId, `${version}`);
  if (model === undefined) throw errors.MODEL_NOT_FOUND({ modelId, version });
  return model;
}

/** The models in use. Refuses: MODEL_NOT_IN_USE. */
export function getModelsInUse(ledger: Ledger): ModelsInUse {
  const inUse = modelsInUse.find(ledger, ...currentModels);
  if (inUse === undefined) throw errors.MODEL_NOT_IN_USE();
  return inUse;
}
