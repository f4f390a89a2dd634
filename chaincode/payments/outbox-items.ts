import type { JsonObject } from '../core/ledger.ts';

interface Money {
  readonly amount: string;
  readonly currency: string;
}

interface CarriedTexts {
  readonly uetr?: string;
  readonly texts?: string;
  readonly textsDigest?: string;
}

/** A payment to a customer of the receiving bank. */
export interface CreditItem extends Money, CarriedTexts {
  readonly kind: 'credit';
  readonly paymentId: string;
  readonly debtorAccount: string;
  readonly creditorAccount: string;
}

/** A payment that the receiving bank had sent and that could not be credited. */
export interface ReturnItem extends Money {
  readonly kind: 'return';
  readonly paymentId: string;
  readonly reason: string;
}

/** Money that the creditor of a payment gives back to its debtor. */
export interface RefundItem extends Money {
  readonly kind: 'refund';
  readonly refundId: string;
  readonly paymentId: string;
  readonly debtorAccount: string;
  readonly creditorAccount: string;
}

/** A refund that could not be credited. */
export interface RefundReturnItem extends Money {
  readonly kind: 'refund-return';
  readonly refundId: string;
  readonly reason: string;
}

/** The debtor's bank asks for a payment back; moves no money. */
export interface ReversalRequestItem extends Money {
  readonly kind: 'reversal-request';
  readonly reversalId: string;
  readonly paymentId: string;
  readonly debtorAccount: string;
  readonly creditorAccount: string;
  readonly reason: string;
}

/** The money of a payment that is reversed. */
export interface ReversalItem extends Money {
  readonly kind: 'reversal';
  readonly reversalId: string;
  readonly paymentId: string;
}

/** The creditor's bank cannot give the payment back; moves no money. */
export interface ReversalRefusedItem {
  readonly kind: 'reversal-refused';
  readonly reversalId: string;
  readonly paymentId: string;
  readonly code: string;
}

/** What stands in a row of `lane/0/outbox/<bank>/…`. */
export type OutboxItem =
  | CreditItem
  | ReturnItem
  | RefundItem
  | RefundReturnItem
  | ReversalRequestItem
  | ReversalItem
  | ReversalRefusedItem;

/** Items are plain JSON; an interface has no index signature, so TypeScript must be told. */
export const asJson = (item: OutboxItem): JsonObject => item as unknown as JsonObject;
