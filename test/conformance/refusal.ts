import { status } from '@grpc/grpc-js';
import { gateway, google } from '@hyperledger/fabric-protos';

interface CallError {
  code: number;
  details: unknown;
  cause?: { details?: string; metadata?: { get(name: string): (string | Buffer)[] } };
  metadata?: { get(name: string): (string | Buffer)[] };
  message: string;
}

/** A refused call, with what differs from run to run taken out. */
export type Refusal = { code: string; message: string; details: { mspId: string; message: string }[] };

/** Text without transaction ids, addresses and other values that no two runs share. */
export function scrub(text: string): string {
  return (
    text
      .replaceAll(/[0-9a-f]{64,}/g, '<hash>')
      // A label may carry the digest of its code.
      .replaceAll(/(\w+_1)_[0-9a-f]{16}:<hash>/g, '$1:<hash>')
      .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, '<address>')
      .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( \+0000 UTC|Z)?/g, '<time>')
      // What Go's own parser says of bytes that it cannot read is no part of the protocol.
      .replaceAll(/error unmarshalling (\w+): .*$/g, 'error unmarshalling $1')
      .replaceAll(/BlockNum: \d+/g, 'BlockNum: <n>')
      .replaceAll(/case[0-9a-z]+-/g, '')
  );
}

function readDetails(error: CallError): { mspId: string; message: string }[] {
  const metadata = error.metadata ?? error.cause?.metadata;
  const values = metadata?.get('grpc-status-details-bin') ?? [];
  return values
    .flatMap((value) => google.rpc.Status.deserializeBinary(Buffer.from(value as Buffer)).getDetailsList())
    .map((any) => gateway.ErrorDetail.deserializeBinary(any.getValue_asU8()))
    .map((detail) => ({ mspId: detail.getMspId(), message: scrub(detail.getMessage()) }))
    .sort((a, b) => a.mspId.localeCompare(b.mspId));
}

/** Waits for a call to be refused and says how; a call that succeeds is an error here. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  try {
    await call;
  } catch (thrown) {
    const error = thrown as CallError;
    if (typeof error.code !== 'number') throw thrown;
    const message = error.cause?.details ?? (typeof error.details === 'string' ? error.details : error.message);
    return { code: status[error.code] ?? String(error.code), message: scrub(message), details: readDetails(error) };
  }
  throw new Error('expected a refusal, but the call was answered');
}

/**
 * A refusal by the ordering service. A BFT gateway reports whichever orderers answered first, so only what they said
 * counts, not who said it.
 */
export async function orderingRefusal(
  call: Promise<unknown>,
): Promise<{ code: string; message: string; reasons: string[] }> {
  const { code, message, details } = await refusal(call);
  return { code, message, reasons: [...new Set(details.map((detail) => detail.message))] };
}
