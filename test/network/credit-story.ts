import { creditModel } from '@tangram/chaincode/testing/credit-world.ts';
import { product } from '@tangram/chaincode/testing/lending-world.ts';
import { newSigner } from '@tangram/chaincode/testing/signer.ts';
import type { RunningNetwork } from '../end-to-end/running-network.ts';

export const subjectId = 'cedar-teashop';
/** Longer than chance: no digest or random byte holds these. */
export const planted = {
  legalName: 'Planted-Tea-7731100-茶行',
  turnover: '733100007731',
  tenure: 'FROM_7',
} as const;
export const customerId = 'C-tea';
export const purpose = 'CREDIT_DECISION';
const expiresAt = '2099-12-31T00:00:00Z';
const consented = ['tax.turnover', 'profile.tenure'];

type Answer = any;

/** A tea shop at Cedar whose data is deposited, shared with Maple in part, and scored there, through REST alone. */
export class CreditStory {
  readonly running: RunningNetwork;
  /** Every answer that a gateway gave. */
  readonly said: string[] = [];
  readonly signer = newSigner('ES256');
  /** What Maple was told of its score. */
  score: Answer;
  #readings = 0;
  #requests = 0;

  constructor(running: RunningNetwork) {
    this.running = running;
  }

  /** Sends and demands success; a consent that another bank has recorded may take a moment to be seen by one's own peer. */
  async send(bank: string, method: 'POST' | 'PUT', [path, body]: [string, object]): Promise<Answer> {
    const deadline = Date.now() + 10_000;
    let answer: Answer;
    do {
      if (answer) await new Promise((wake) => setTimeout(wake, 100));
      answer = await this.running.rest.call({ bank, method, path, body });
      this.said.push(answer.text);
    } while (answer.body?.code === 'CREDIT_CONSENT_NOT_FOUND' && Date.now() < deadline);
    if (answer.status >= 300) throw new Error(`${path}: ${answer.status} ${answer.text}`);
    return answer.body;
  }

  /** Sends once and gives status and code, whatever they are. */
  async attempt(
    bank: string,
    [path, body]: [string, object],
  ): Promise<{ status: number; code: unknown; text: string }> {
    const { status, body: answer, text } = await this.running.rest.once({ bank, method: 'POST', path, body });
    this.said.push(text);
    return { status, code: answer.code, text };
  }

  async tell(): Promise<void> {
    const use = { consentId: 'c1', subjectId };
    await this.send('cedar', 'POST', [
      '/v1/accounts',
      { accountId: subjectId, name: 'Tea', currency: 'CNY', customerId },
    ]);
    const keys = { changeId: 'k1', keys: [this.signer.key] };
    await this.send('cedar', 'PUT', [`/v1/accounts/${subjectId}/signing-keys`, keys]);
    await this.putModelsToUse();
    const { legalName, turnover, tenure } = planted;
    await this.putData('tax', { turnover });
    await this.putData('profile', { legalName, employees: 12, tenure });
    await this.consent('c1', 'maple');
    await this.consent('c2', 'cedar');
    await this.send('maple', 'POST', ['/v1/credit/requests', use]);
    await this.send('cedar', 'POST', ['/v1/credit/shares', { shareId: 'sh1', ...use }]);
    await this.send('maple', 'POST', ['/v1/credit/receipts', use]);
    this.score = await this.send('maple', 'POST', ['/v1/credit/scores', { scoreId: 's1', ...use }]);
  }

  async putModelsToUse(): Promise<void> {
    await this.send('centralbank', 'POST', ['/v1/credit/models', { model: creditModel('champion', 1_000) }]);
    await this.decideBy({ cutoffVersion: 1, approveFrom: 620, referFrom: 600 });
  }

  async decideBy(cutoff: object): Promise<void> {
    const champion = { modelId: 'champion', version: 1, cutoff };
    await this.send('centralbank', 'PUT', ['/v1/credit/models-in-use', { champion }]);
  }

  /** A score of the tea shop at Maple by a cutoff that nobody reaches, and a product for it to ask a loan of. */
  async decline(): Promise<Answer> {
    await this.decideBy({ cutoffVersion: 2, approveFrom: 2_000, referFrom: 1_999 });
    await this.send('centralbank', 'POST', ['/v1/loan-products', product]);
    return this.send('maple', 'POST', ['/v1/credit/scores', { scoreId: 's2', consentId: 'c1', subjectId }]);
  }

  /** Asks for a loan on a score of Maple's, between requests without one, so that one batch holds several. */
  async askOn({ scoreId, decisionProof }: Answer): Promise<{ status: number; code: unknown }> {
    const ask = (more: object) => {
      this.#requests += 1;
      const { productId, version: productVersion } = product;
      const terms = { productId, productVersion, amount: { amount: '10000', currency: 'CNY' }, highestRate: '0.12' };
      const rest = { instalments: 6, matching: 'proRata', expiresAt, ...more };
      const body = { requestId: `request-${this.#requests}`, borrowerAccount: subjectId, ...terms, ...rest };
      return this.attempt('cedar', ['/v1/loan-requests', body]);
    };
    const score = { scoredBy: 'maple', scoreId, decisionProof };
    const [, answer] = await Promise.all([ask({}), ask({ score }), ask({})]);
    return answer as Awaited<typeof answer>;
  }

  putData(kind: string, record: object, version = 1): Promise<Answer> {
    return this.send('cedar', 'POST', [`/v1/credit/subjects/${subjectId}/data`, { kind, version, record }]);
  }

  /** Signed by the tea shop, as the guide says. */
  consent(consentId: string, grantee: string, fields: readonly string[] = consented): Promise<Answer> {
    const terms = { consentId, subjectId, grantee, purpose, fields, expiresAt };
    const lines = ['operation=credit:giveConsent', `consentId=${consentId}`, `subjectId=${subjectId}`];
    const rest = [`grantee=${grantee}`, `purpose=${purpose}`, ...fields.map((field) => `field=${field}`)];
    const signature = this.signer.sign([...lines, ...rest, `expiresAt=${expiresAt}`]);
    return this.send('cedar', 'POST', ['/v1/credit/consents', { ...terms, signature }]);
  }

  /** What Cedar reads of its own data under its own consent: recorded, opened and checked against the commitment. */
  async read(kind = 'tax', field = 'tax.turnover', reference = '1'): Promise<Answer> {
    this.#readings += 1;
    const reading = { accessId: `reading-${this.#readings}`, kind, reference, consentId: 'c2', purpose };
    return this.send('cedar', 'POST', [`/v1/credit/subjects/${subjectId}/readings`, { ...reading, fields: [field] }]);
  }
}
