import { canonicalJson, sha256 } from '../core/canonical.ts';
import type { CallOptions } from '../core/memory-ledger.ts';
import { mspIdOf } from '../core/names.ts';
import type { CreditRecord, Kind } from '../credit/data/fields.ts';
import { kinds } from '../credit/data/kinds.ts';
import { commit, type Disclosure } from '../credit/disclosure/commitment.ts';
import type { Cutoff } from '../credit/scorecard/decide.ts';
import type { ScorecardModel } from '../credit/scorecard/model.ts';
import { unseal } from '../credit/sealing.ts';
import { publicKeyOf } from '../credit/transfer-key.ts';
import { newSigner, type TestSigner } from './signer.ts';
import { type Answer, bankOf, World } from './world.ts';

export const FIRM = 'cedar-firm';
export const subjectKey = sha256('subject key');
export const granteeSecret = sha256('grantee secret');
export const EXPIRES = '2026-02-01T00:00:00.000Z';

/** Figures that must appear nowhere in clear. */
export const planted = {
  tax: { currency: 'CNY', year: 2025, turnover: '73310000', taxPaid: '91234567890', taxOverdue: '0' },
  profile: { legalName: 'Planted Tea Shop 茶', employees: 12, tenure: 'FROM_7' },
  bureau: { defaults: 0, otherPlans: 'NONE' },
} as const;

/** A model over planted data, so small that its scores are worked out by hand. */
export function creditModel(modelId: string, steep: number): ScorecardModel {
  const band = (points: number) => ({ weightOfEvidence: points * 1_000_000, points: 0 });
  const attribute = { coefficient: 1_000_000_000, missing: band(-500) };
  const model = {
    modelId,
    version: 1,
    arithmetic: 1,
    title: 'Tests',
    scaling: { score: 600, odds: { good: 1, bad: 1 }, pointsToDoubleOdds: 20 },
    intercept: 0,
    basePoints: 600,
    attributes: [
      {
        ...attribute,
        name: 'turnover',
        type: 'range',
        source: { kind: 'tax', field: 'turnover' },
        reasonCode: 'R01',
        reason: 'Turnover',
        bands: [{ below: 50_000_000, ...band(-steep) }, band(steep)],
      },
      {
        ...attribute,
        name: 'tenure',
        type: 'category',
        source: { kind: 'profile', field: 'tenure' },
        reasonCode: 'R02',
        reason: 'Time in business',
        bands: [
          { categories: ['FROM_4', 'FROM_7'], ...band(700) },
          { categories: ['NONE', 'BELOW_1'], ...band(-900) },
        ],
      },
    ],
  };
  // Whole factors of 28.8539 points a nat, half-even as the engine rounds.
  const points = (weight: number) => Math.round((20 / Math.log(2)) * (weight / 1e9));
  for (const { bands, missing } of model.attributes) {
    for (const one of [...bands, missing]) one.points = points(one.weightOfEvidence);
  }
  return model as ScorecardModel;
}

const cutoff: Cutoff = { cutoffVersion: 1, approveFrom: 620, referFrom: 600 };

/** A firm with a key of its own, at cedar unless another is named, and the steps that gateways take for it. */
export class CreditWorld extends World {
  readonly firm: string;
  readonly home: string;
  readonly signer: TestSigner = newSigner('Ed25519');

  constructor(ledger?: World['ledger'], firm = FIRM) {
    super(ledger);
    this.firm = firm;
    this.home = bankOf(firm);
  }

  /** Opens the firm's account, with the firm's own key unless it is to have none. */
  async openFirm({ isKeyed = true } = {}): Promise<this> {
    await this.open(this.firm);
    const keys = [this.signer.key];
    if (isKeyed)
      await this.accept(this.home, 'accounts:setSigningKeys', { changeId: 'k1', accountId: this.firm, keys });
    return this;
  }

  async putModelsToUse(): Promise<void> {
    for (const model of [creditModel('champion', 1_000), creditModel('challenger', 100)]) {
      await this.accept('consortium', 'credit:registerModel', { model });
    }
    const champion = { modelId: 'champion', version: 1, cutoff };
    const challenger = { modelId: 'challenger', version: 1, cutoff };
    await this.accept('consortium', 'credit:useModels', { champion, challenger });
  }

  consentRequest(more: object = {}): Answer {
    const fields = ['tax.turnover', 'tax.turnover.band', 'profile.tenure', 'score.decision'];
    const terms = { consentId: 'c1', subjectId: this.firm, grantee: 'maple', purpose: 'CREDIT_DECISION', fields };
    return { ...terms, expiresAt: EXPIRES, ...more };
  }

  /** What the firm signs, written down by hand as the guide says. */
  signConsent(request: Answer, signer = this.signer): Answer {
    const { consentId, subjectId, grantee, purpose, fields, expiresAt } = request;
    const lines = [`consentId=${consentId}`, `subjectId=${subjectId}`, `grantee=${grantee}`, `purpose=${purpose}`];
    const all = ['operation=credit:giveConsent', ...lines, ...fields.map((field: string) => `field=${field}`)];
    return { ...request, signature: signer.sign([...all, `expiresAt=${expiresAt}`], { bank: this.home }) };
  }

  consent(more: object = {}): Promise<Answer> {
    return this.accept(this.home, 'credit:giveConsent', this.signConsent(this.consentRequest(more)));
  }

  secretOf(kind: string, version: number): string {
    return sha256(`secret ${kind} ${version}`);
  }

  /** Deposits and records a version of a record; gives the holding. */
  async putData(kind: string, record: CreditRecord, version = 1): Promise<Answer> {
    const { response } = await this.depositData({ kind, record, version });
    return this.accept(this.home, 'credit:recordData', { subjectId: this.firm, kind, version, ...response });
  }

  depositData(given: Answer, options: CallOptions = {}) {
    const { kind, record, version = 1, subjectId = this.firm, bank = this.home } = given;
    const deposit = canonicalJson({ record, secret: this.secretOf(kind, version), subjectKey });
    const request = { subjectId, kind, version, digest: sha256(deposit) };
    return this.ledger.as({ transient: { deposit }, ...options }).direct(bank, 'credit:depositData', request);
  }

  /** Opens leaves of a planted record as its owner can. */
  openLeaves(kind: keyof typeof planted, leaves: readonly string[], version = 1): Disclosure[] {
    const { schemaVersion } = kinds[kind] as Kind;
    const context = { owner: this.home, subjectId: this.firm, kind, schemaVersion, reference: `${version}` };
    return commit({ context, kind: kinds[kind] as Kind }, planted[kind], this.secretOf(kind, version)).disclose(leaves);
  }

  access(more: object = {}): Promise<Answer> {
    return this.accept(this.home, 'credit:recordAccess', this.accessRequest(more));
  }

  accessRequest(more: object = {}): Answer {
    const of = { subjectId: this.firm, kind: 'tax', reference: '1', consentId: 'c1', purpose: 'CREDIT_DECISION' };
    return { accessId: this.nextId('access'), ...of, reader: 'maple', fields: ['tax.turnover'], ...more };
  }

  request(more: object = {}): Promise<Answer> {
    const request = { consentId: 'c1', subjectId: this.firm, encryptionKey: publicKeyOf(granteeSecret), ...more };
    return this.accept('maple', 'credit:requestData', request);
  }

  /** Deposits a share at maple as cedar's client. */
  depositShare(given: Answer, options: CallOptions = {}) {
    const { accessNumber, disclosures, kind = 'tax', version = 1, consentId = 'c1' } = given;
    const share = canonicalJson({ disclosures, ephemeralSecret: sha256(`ephemeral ${kind} ${version}`) });
    const request = { subjectId: this.firm, kind, version, consentId, accessNumber, digest: sha256(share) };
    return this.ledger
      .as({ transient: { share }, mspId: mspIdOf(this.home), ...options })
      .direct('maple', 'credit:depositShare', request);
  }

  /** Shares opened fields with maple from end to end. */
  async share(kind: keyof typeof planted, leaves: readonly string[]): Promise<Answer> {
    const fields = leaves.map((leaf) => `${kind}.${leaf}`);
    const { accessNumber } = await this.access({ kind, fields });
    await this.depositShare({ accessNumber, kind, disclosures: this.openLeaves(kind, leaves) });
    const of = { subjectId: this.firm, kind, version: 1, consentId: 'c1', accessNumber };
    return this.accept('maple', 'credit:recordShare', of);
  }

  depositScore(given: Answer, options: CallOptions = {}) {
    const { scoreId = 's1', consentId = 'c1', bank = 'maple', inputs } = given;
    const score = canonicalJson({ inputs, secret: sha256(`score ${scoreId}`), subjectKey });
    const request = { scoreId, subjectId: this.firm, consentId, digest: sha256(score) };
    return this.ledger.as({ transient: { score }, ...options }).direct(bank, 'credit:depositScore', request);
  }

  inputs(): Answer {
    return [
      { kind: 'tax', version: 1, disclosures: this.openLeaves('tax', ['turnover']) },
      { kind: 'profile', version: 1, disclosures: this.openLeaves('profile', ['tenure']) },
    ];
  }

  /** The private value of a holding, as the holder's peer keeps it. */
  sealed(bank: string, mspId: string, holding: string): Answer {
    const text = this.ledger.privateRow(bank, mspId, `credit/${this.firm}/${holding}`);
    return text === undefined ? undefined : JSON.parse(text);
  }

  unsealed(bank: string, mspId: string, { holding, key = subjectKey }: { holding: string; key?: string }): Answer {
    const { sealed } = this.sealed(bank, mspId, holding);
    const text = unseal({ subjectKey: key, place: `${bank}/${this.firm}/${holding}` }, sealed);
    return text === undefined ? undefined : JSON.parse(text);
  }
}
