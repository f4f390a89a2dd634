import { sha256 } from '@tangram/chaincode/core/canonical.ts';
import { publicKeyOf } from '@tangram/chaincode/credit/transfer-key.ts';
import {
  CreditWorld,
  creditModel,
  EXPIRES,
  FIRM,
  granteeSecret,
  planted,
} from '@tangram/chaincode/testing/credit-world.ts';
import type { World } from '@tangram/chaincode/testing/world.ts';
import type { Sample } from './samples.ts';

/** The firm with its key, in a world that another made. */
const withFirm = (world: World): Promise<CreditWorld> => new CreditWorld(world.ledger).openFirm();

async function withData(world: World, grantee = 'maple'): Promise<CreditWorld> {
  const credit = await withFirm(world);
  await credit.putData('tax', planted.tax);
  await credit.putData('profile', planted.profile);
  await credit.consent({ grantee });
  return credit;
}

async function withModels(world: World): Promise<CreditWorld> {
  const credit = await withData(world);
  await credit.putModelsToUse();
  return credit;
}

/** Deposits answer digests only, and the same ones in every world, because nothing in them is drawn by chance. */
async function depositedDigests(): Promise<{ data: object; score: object }> {
  const credit = await withModels(new CreditWorld());
  const data = (await credit.depositData({ kind: 'tax', record: planted.tax })).response;
  return { data, score: (await credit.depositScore({ inputs: credit.inputs() })).response };
}

const digests = await depositedDigests();
const cedar = { lane: 'cedar', kind: 'operator' } as const;
const maple = { lane: 'maple', kind: 'operator' } as const;
const consortium = { lane: 'consortium', kind: 'operator' } as const;
const subject = { subjectId: FIRM };
const consent = {
  consentId: 'c7',
  subjectId: 'cedar-ann',
  grantee: 'cedar',
  purpose: 'CREDIT_DECISION',
  fields: ['tax.turnover'],
  expiresAt: EXPIRES,
};
const data = { ...subject, kind: 'tax', version: 1, ...digests.data };
const access = {
  ...{ accessId: 'a1', ...subject, kind: 'tax', reference: '1', consentId: 'c1' },
  ...{ purpose: 'CREDIT_DECISION', reader: 'cedar', fields: ['tax.turnover'] },
};
const score = { scoreId: 's1', ...subject, consentId: 'c1', ...digests.score };
const cutoff = { cutoffVersion: 1, approveFrom: 620, referFrom: 600 };

export const creditSamples: readonly Sample[] = [
  { operation: 'credit:registerModel', ...consortium, request: { model: creditModel('sample', 100) } },
  {
    operation: 'credit:useModels',
    ...consortium,
    request: { champion: { modelId: 'champion', version: 1, cutoff } },
    prepare: withModels,
  },
  {
    operation: 'credit:giveConsent',
    lane: 'cedar',
    kind: 'customer',
    request: consent,
    changed: { ...consent, purpose: 'MONITORING' },
  },
  {
    operation: 'credit:revokeConsent',
    lane: 'cedar',
    kind: 'customer',
    request: { consentId: 'c1' },
    prepare: withData,
  },
  {
    operation: 'credit:recordData',
    ...cedar,
    request: data,
    changed: { ...data, commitment: sha256('another') },
    prepare: async (world) => (await withFirm(world)).depositData({ kind: 'tax', record: planted.tax }),
  },
  {
    operation: 'credit:recordAccess',
    ...cedar,
    request: access,
    changed: { ...access, purpose: 'MONITORING' },
    prepare: (world) => withData(world, 'cedar'),
  },
  {
    operation: 'credit:requestData',
    ...maple,
    request: { consentId: 'c1', ...subject, encryptionKey: publicKeyOf(granteeSecret) },
    prepare: withData,
  },
  {
    operation: 'credit:recordShare',
    ...maple,
    request: { ...subject, kind: 'tax', version: 1, consentId: 'c1', accessNumber: 1 },
    prepare: async (world) => {
      const credit = await withData(world);
      await credit.request();
      const { accessNumber } = await credit.access();
      return credit.depositShare({ accessNumber, disclosures: credit.openLeaves('tax', ['turnover']) });
    },
  },
  {
    operation: 'credit:recordScore',
    ...maple,
    request: score,
    changed: { ...score, commitment: sha256('another') },
    prepare: async (world) => {
      const credit = await withModels(world);
      return credit.depositScore({ inputs: credit.inputs() });
    },
  },
  {
    operation: 'credit:eraseSubject',
    lane: 'cedar',
    kind: 'customer',
    request: { erasureId: 'e1', ...subject },
    changed: { erasureId: 'e1', subjectId: 'cedar-ben' },
    prepare: withFirm,
  },
  {
    operation: 'credit:certifyErasure',
    ...cedar,
    request: subject,
    prepare: async (world) =>
      (await withFirm(world)).accept('cedar', 'credit:eraseSubject', { erasureId: 'e1', ...subject }),
  },
];
