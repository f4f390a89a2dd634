import type { Consent } from '@tangram/chaincode/credit/schemas.ts';
import type { RequestLoan } from '@tangram/chaincode/lending/schemas.ts';
import type { Booked, Requester } from '../types.ts';
import { assertApproved } from './approved-score.ts';
import { type PutData, putData, type ReadFields, readFields } from './credit-data.ts';
import { type Erasure, eraseSubject } from './credit-erasure.ts';
import { type CreditServiceOptions, getConsent, type Reading } from './credit-ledger.ts';
import { type ScoreAnswer, scoreSubject } from './credit-scores.ts';
import { type ConsentUse, receiveShares, requestData, type SharedKind, sendShares } from './credit-shares.ts';

type Received = Awaited<ReturnType<typeof receiveShares>>;

export interface CreditService {
  /** A consent as the subject's home bank has it. Throws CREDIT_CONSENT_NOT_FOUND. */
  getConsent(use: ConsentUse): Promise<Consent>;
  putData(data: PutData, requester: Requester): Promise<Booked>;
  readFields(reading: Reading, requester: Requester): Promise<ReadFields>;
  requestData(use: ConsentUse, requester: Requester): Promise<Booked>;
  sendShares(share: ConsentUse & { readonly shareId: string }, requester: Requester): Promise<SharedKind[]>;
  receiveShares(use: ConsentUse, requester: Requester): Promise<Received>;
  score(score: ConsentUse & { readonly scoreId: string }, requester: Requester): Promise<ScoreAnswer>;
  /** Throws unless the score on which a loan is asked for, if any, approved the borrower: nothing else may be submitted. */
  assertApproved(request: Pick<RequestLoan, 'score' | 'borrowerAccount'>): Promise<void>;
  erase(erasure: { readonly erasureId: string; readonly subjectId: string }, requester: Requester): Promise<Erasure>;
}

/** Keeps, shares, scores and forgets credit data of the own bank, and of subjects who let it. */
export function createCreditService(options: CreditServiceOptions): CreditService {
  return {
    getConsent: (use) => getConsent(options, use),
    putData: (data, requester) => putData(options, data, requester),
    readFields: (reading, requester) => readFields(options, reading, requester),
    requestData: (use, requester) => requestData(options, use, requester),
    sendShares: (share, requester) => sendShares(options, share, requester),
    receiveShares: (use, requester) => receiveShares(options, use, requester),
    score: (score, requester) => scoreSubject(options, score, requester),
    assertApproved: (request) => assertApproved(options, request),
    erase: (erasure, requester) => eraseSubject(options, erasure, requester),
  };
}
