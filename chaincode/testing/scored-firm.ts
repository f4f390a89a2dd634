import { sha256 } from '../core/canonical.ts';
import type { Kind } from '../credit/data/fields.ts';
import { kinds } from '../credit/data/kinds.ts';
import { commit } from '../credit/disclosure/commitment.ts';
import { scoreOpened } from '../credit/score-record.ts';
import { CreditWorld, creditModel, FIRM, planted } from './credit-world.ts';

/** A firm at cedar that has consented, and that maple has scored; with what proves the decision. */
export async function scoredFirm(
  cutoff = { cutoffVersion: 1, approveFrom: 620, referFrom: 600 },
): Promise<{ world: CreditWorld; decisionProof: object }> {
  const world = await new CreditWorld().openFirm();
  await world.putModelsToUse();
  const inUse = (modelId: string) => ({ modelId, version: 1, cutoff });
  await world.accept('consortium', 'credit:useModels', {
    champion: inUse('champion'),
    challenger: inUse('challenger'),
  });
  await world.putData('tax', planted.tax);
  await world.putData('profile', planted.profile);
  await world.consent();
  const { response } = await world.depositScore({ inputs: world.inputs() });
  const statement = { scoreId: 's1', subjectId: FIRM, consentId: 'c1', ...response };
  await world.accept('maple', 'credit:recordScore', statement);
  const use = (modelId: string, steep: number) => ({ model: creditModel(modelId, steep), cutoff });
  const models = { champion: use('champion', 1_000), challenger: use('challenger', 100) };
  const { record } = scoreOpened(models, world.inputs());
  const kind = kinds.score as Kind;
  const context = {
    owner: 'maple',
    subjectId: FIRM,
    kind: 'score',
    schemaVersion: kind.schemaVersion,
    reference: 's1',
  };
  const [decisionProof] = commit({ context, kind }, record, sha256('score s1')).disclose(['decision']);
  return { world, decisionProof: decisionProof as object };
}
