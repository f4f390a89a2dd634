import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expectAnswer } from './tally.ts';
import { currency, type Note, type Walk } from './walk.ts';

const modelFile = join(import.meta.dirname, '../../chaincode/credit/models/german-credit-1.json');
const expiresAt = '2099-12-31T00:00:00Z';
const purpose = 'CREDIT_DECISION';

/** What the home bank knows of two firms: one with a settled record, one overdrawn that wants a long loan. */
const teaShop = {
  cashFlow: { currency, currentAccount: 'FROM_200', savings: 'FROM_500', instalmentRate: 2 },
  profile: { legalName: 'Lin’s Tea Shop 林记茶行', tenure: 'FROM_7', property: 'REAL_ESTATE' },
  repaymentHistory: { record: 'CREDITS_ELSEWHERE' },
  bureau: { otherPlans: 'NONE', defaults: 0 },
  application: { currency, amount: '20000000', termMonths: 12, purpose: 'EQUIPMENT', security: 'NONE' },
};
const karaoke = {
  cashFlow: { currency, currentAccount: 'NEGATIVE', savings: 'BELOW_100', instalmentRate: 4 },
  profile: { legalName: 'Nightingale Karaoke 夜莺', tenure: 'FROM_1', property: 'OTHER' },
  repaymentHistory: { record: 'DELAYED' },
  bureau: { otherPlans: 'STORES', defaults: 1 },
  application: { currency, amount: '30000000', termMonths: 48, purpose: 'BUSINESS', security: 'NONE' },
};
const fields = [
  ...['cashFlow.currentAccount', 'cashFlow.savings', 'cashFlow.instalmentRate', 'profile.tenure', 'profile.property'],
  ...['repaymentHistory.record', 'bureau.otherPlans'],
  ...['application.termMonths', 'application.purpose', 'application.security'],
];

/** What a borrower lets a bank read for a decision about a loan. */
export const consentTerms = { purpose, fields, expiresAt };

interface Score {
  readonly score: number;
  readonly decision: string;
  readonly reasons: readonly { readonly reason: string }[];
  readonly decisionProof: object;
}

/**
 * A tea shop lets its own bank score it and is approved; another firm signs with its own key that a second bank may read
 * ten fields, which are shared, and is declined. Every id is fixed, so again is a replay.
 */
export async function scoreFirms(walk: Walk, note: Note): Promise<void> {
  const send: Send = async (at, path, body) => {
    const method = /\/(models-in-use|signing-keys)$/.test(path) ? 'PUT' : 'POST';
    const answer = await walk.rest.call({ bank: at, method, path, body });
    walk.tally.count(answer.status < 300 ? answer : expectAnswer(answer, { status: 201 }));
    return answer.body;
  };
  await send('centralbank', '/v1/credit/models', { model: JSON.parse(readFileSync(modelFile, 'utf8')) });
  const cutoff = { cutoffVersion: 1, approveFrom: 560, referFrom: 530 };
  const champion = { modelId: 'german-credit', version: 1, cutoff };
  await send('centralbank', '/v1/credit/models-in-use', { champion });
  const firms = [
    ['cedar-teashop', teaShop],
    ['cedar-karaoke', karaoke],
  ] as const;
  for (const [subjectId, records] of firms) {
    await send('cedar', '/v1/accounts', {
      accountId: subjectId,
      name: subjectId,
      currency,
      customerId: `C-${subjectId}`,
    });
    for (const [kind, record] of Object.entries(records)) {
      await send('cedar', `/v1/credit/subjects/${subjectId}/data`, { kind, version: 1, record });
    }
  }

  const tea = { consentId: 'tea-consent', subjectId: 'cedar-teashop' };
  await send('cedar', '/v1/credit/consents', { ...tea, grantee: 'cedar', purpose, fields, expiresAt });
  const approved = (await send('cedar', '/v1/credit/scores', { scoreId: 'tea-score', ...tea })) as Score;
  if (approved.decision !== 'APPROVED') throw new Error(`The tea shop is ${approved.decision}.`);
  const { decisionProof } = approved;
  walk.teaShopScore = { scoredBy: 'cedar', scoreId: 'tea-score', decisionProof };

  const declined = await scoreElsewhere(send);
  if (declined.decision !== 'DECLINED') throw new Error(`The other firm is ${declined.decision}.`);
  const told = ({ reasons }: Score) => reasons.map(({ reason }) => reason.toLowerCase()).join(', ');
  note(
    `a tea shop ${approved.score}, approved by its bank (it lost most by ${told(approved)}); another firm ` +
      `${declined.score}, declined by a bank that it let read ten fields (${told(declined)})`,
  );
}

type Send = (at: string, path: string, body: object) => Promise<unknown>;

/** The other firm has a key of its own, so its consent moves data to a second bank. */
async function scoreElsewhere(send: Send): Promise<Score> {
  const subjectId = 'cedar-karaoke';
  const use = { consentId: 'karaoke-consent', subjectId };
  const key = signingKey();
  const keys = { changeId: 'karaoke-keys', keys: [key.public] };
  await send('cedar', `/v1/accounts/${subjectId}/signing-keys`, keys);
  const lines = [
    ...['tangram-signature-v1', 'channel=finance', 'bank=cedar', 'operation=credit:giveConsent'],
    ...[`consentId=${use.consentId}`, `subjectId=${subjectId}`, 'grantee=maple', `purpose=${purpose}`],
    ...fields.map((field) => `field=${field}`),
    `expiresAt=${expiresAt}`,
  ];
  const signature = key.sign(lines.map((line) => `${line}\n`).join(''));
  await send('cedar', '/v1/credit/consents', { ...use, grantee: 'maple', purpose, fields, expiresAt, signature });
  await send('maple', '/v1/credit/requests', use);
  await send('cedar', '/v1/credit/shares', { shareId: 'karaoke-share', ...use });
  await send('maple', '/v1/credit/receipts', use);
  return (await send('maple', '/v1/credit/scores', { scoreId: 'karaoke-score', ...use })) as Score;
}

/** The firm's Ed25519 key; a demonstration's is fixed, so that a second run signs alike. */
function signingKey() {
  const seed = createHash('sha256').update('tangram walkthrough, no secret').digest();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  const keyId = createHash('sha256').update(raw).digest('hex').slice(0, 16);
  return {
    public: { algorithm: 'Ed25519', publicKey: raw.toString('base64url') },
    sign: (text: string) => ({ keyId, value: sign(null, Buffer.from(text), privateKey).toString('base64url') }),
  };
}
