import type { ServiceReadModel } from '../read-model/read-model.ts';
import { digestTexts, encryptTexts, type PaymentTexts } from '../secrets/payment-texts.ts';
import type { GatewaySecrets } from '../secrets/secrets.ts';
import { gatewayErrors, problemOf } from './gateway-errors.ts';
import { bookedOrThrow, splitChains } from './operation-service.ts';
import { ServiceError } from './service-error.ts';
import type {
  HoldFunds,
  Operation,
  OperationOutcome,
  OperationProblem,
  OperationService,
  PaymentService,
  Requester,
  SendPayment,
} from './types.ts';

export interface PaymentServiceOptions {
  bank: string;
  /** Every bank that the gateway knows; the ledger may know more. */
  banks: readonly string[];
  /** Settles and tries again where a pair's limit is reached. */
  submit: OperationService['submit'];
  readModel: ServiceReadModel;
  secrets: GatewaySecrets;
}

/** Sends, holds and gives back payments of the own bank's customers. */
export function createPaymentService(options: PaymentServiceOptions): PaymentService {
  const submit = async (operation: string, request: Record<string, unknown>, requester: Requester) => {
    const [outcome] = await options.submit([{ operation: `payments:${operation}`, request, requester }]);
    return bookedOrThrow(outcome as OperationOutcome);
  };
  return {
    send: (payments, requester) => sendPayments(options, payments, requester),
    hold: (request, requester) => {
      const sealed = sealTexts(options, request.holdId, request);
      if (sealed.problem) throw new ServiceError(sealed.problem);
      return submit('holdFunds', sealed.request, requester);
    },
    post: (request, requester) => submit('postHold', request, requester),
    void: (holdId, requester) => submit('voidHold', { holdId }, requester),
    refund: async ({ debtorBank, ...request }, requester) =>
      submit('refundPayment', { ...request, ...(await findOrigin(options, request.paymentId, debtorBank)) }, requester),
    reverse: (request, requester) => submit('reversePayment', request, requester),
  };
}

async function sendPayments(
  options: PaymentServiceOptions,
  payments: SendPayment[],
  requester: Requester,
): Promise<OperationOutcome[]> {
  const sealed = payments.map((payment, index) => ({ index, ...sealTexts(options, payment.paymentId, payment) }));
  const outcomes: (OperationOutcome | undefined)[] = [];
  const ready: { index: number; operation: Operation }[] = [];
  for (const chain of splitChains(sealed)) {
    // A chain succeeds or fails together, so one member that cannot be sent keeps the others back.
    const problem = chain.find((member) => member.problem)?.problem;
    for (const { request, index } of chain) {
      if (problem) outcomes[index] = problem;
      else ready.push({ index, operation: { operation: 'payments:sendPayment', request, requester } });
    }
  }
  const submitted = await options.submit(ready.map(({ operation }) => operation));
  ready.forEach(({ index }, place) => {
    outcomes[index] = submitted[place];
  });
  return outcomes as OperationOutcome[];
}

/** The request with its texts as ciphertext for the two banks, and their digest so that repetitions compare equal. */
function sealTexts(
  { bank, banks, readModel, secrets }: PaymentServiceOptions,
  paymentId: string,
  payment: SendPayment | HoldFunds,
): { request: Record<string, unknown>; problem?: OperationProblem } {
  const { endToEndId, remittance, debtorName, creditorName, ...request } = payment as SendPayment;
  const texts: PaymentTexts = Object.fromEntries(
    Object.entries({ endToEndId, remittance, debtorName, creditorName }).filter(([, text]) => text !== undefined),
  );
  if (Object.keys(texts).length === 0) return { request: { ...request } };
  const textsDigest = digestTexts(secrets, { paymentId, texts });
  const creditorBank = payment.creditorAccount.split('-')[0] ?? '';
  // The ledger refuses a creditor of no bank; until then the texts are nobody's.
  if (!banks.includes(creditorBank)) return { request: { ...request, textsDigest } };
  const isOwn = creditorBank === bank;
  const otherPublicKey = isOwn ? secrets.encryptionPublicKey : readModel.network().profiles.get(creditorBank);
  const sealed = otherPublicKey === undefined ? undefined : tryEncrypt(secrets, { paymentId, otherPublicKey, texts });
  if (sealed === undefined) {
    return { request, problem: problemOf(gatewayErrors.RECEIVER_KEY_UNKNOWN({ bank: creditorBank })) };
  }
  return { request: { ...request, texts: sealed, textsDigest } };
}

/** Undefined when the published key is none: the ledger looks at its form only, and other payments must go on. */
function tryEncrypt(secrets: GatewaySecrets, message: Parameters<typeof encryptTexts>[1]): string | undefined {
  try {
    return encryptTexts(secrets, message);
  } catch {
    return undefined;
  }
}

/** Where a payment that came from another bank stands in that bank's outbox, which the ledger must be told. */
async function findOrigin(
  { bank, readModel }: PaymentServiceOptions,
  paymentId: string,
  debtorBank: string,
): Promise<{ debtorBank?: string; outboxIndex?: number }> {
  if (debtorBank === bank) return {};
  const rows = await readModel.findPaymentRows(paymentId);
  const payment = rows.find((row) => row.debtor_bank === debtorBank);
  // The bank is named in any case: without it, this bank's own payment of the same id would be meant.
  return { debtorBank, ...(payment?.outbox_index ? { outboxIndex: Number(payment.outbox_index) } : {}) };
}
