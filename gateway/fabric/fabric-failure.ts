import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';

export type FabricFailureKind =
  /** The contract refused and said why: {code, params}. */
  | 'contract'
  /** Endorsers at different heights answered differently; the same request soon succeeds. */
  | 'mismatch'
  /** A peer, chaincode process or orderer did not answer. */
  | 'unavailable'
  /** The peer answered something else: wrong channel, identity, arguments. */
  | 'rejected';

/** What Fabric said, decoded once. Whether it means failed or unknown depends on the step it came from. */
export class FabricFailure extends Error {
  readonly kind: FabricFailureKind;
  readonly code: string;
  readonly params: Record<string, unknown>;
  /** Organisations whose peers are named in the error. */
  readonly mspIds: string[];
  /** True when the connection to the peer we called itself failed. */
  readonly connectionLost: boolean;

  constructor(fields: Omit<FabricFailure, keyof Error | 'name'>, options?: ErrorOptions & { message?: string }) {
    super(options?.message ?? fields.code, options);
    this.name = 'FabricFailure';
    this.kind = fields.kind;
    this.code = fields.code;
    this.params = fields.params;
    this.mspIds = fields.mspIds;
    this.connectionLost = fields.connectionLost;
  }
}

/** Decodes whatever the Fabric client threw. */
export function decodeFabricError(error: unknown): FabricFailure {
  if (error instanceof FabricFailure) return error;
  if (!(error instanceof GatewayError)) {
    return failure('rejected', error, { code: 'FABRIC_CLIENT_ERROR' });
  }

  const messages = [...error.details.map((detail) => detail.message), error.message];
  for (const message of messages) {
    const contract = parseContractError(message);
    if (contract) return failure('contract', error, contract);
  }
  if (messages.some((message) => message.includes('ProposalResponsePayloads do not match'))) {
    return failure('mismatch', error, { code: 'FABRIC_ENDORSEMENTS_DIFFER' });
  }
  if (UNAVAILABLE_CODES.has(error.code) || messages.some(saysUnavailable)) {
    return failure('unavailable', error, { code: 'FABRIC_UNAVAILABLE' });
  }
  return failure('rejected', error, { code: 'FABRIC_REJECTED' });
}

const UNAVAILABLE_CODES = new Set<number>([
  status.UNAVAILABLE,
  status.DEADLINE_EXCEEDED,
  status.CANCELLED,
  status.RESOURCE_EXHAUSTED,
]);

function saysUnavailable(message: string): boolean {
  return /failed to find any endorsing peers|no combination of peers|no peers available|failed to select a set of endorsers|no endorsers found|connection|unavailable|timeout|timed out|stream terminated|could not launch|not ready|failed to invoke/i.test(
    message,
  );
}

/**
 * True when orderers refuse an envelope because they have had it: under load some hear of it only after the others have
 * put it into a block. Their word proves nothing, so the ledger is asked what became of it.
 */
export function saysProcessed(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  return error.details.some(({ message }) => message.includes('request already processed'));
}

/** Contract errors travel as JSON in the message: "chaincode response 500, {"code":…,"params":…}". */
function parseContractError(message: string): { code: string; params: Record<string, unknown> } | undefined {
  const start = message.indexOf('{"code"');
  if (start < 0) return undefined;
  const end = message.lastIndexOf('}');
  try {
    const { code, params } = JSON.parse(message.slice(start, end + 1)) as { code?: unknown; params?: unknown };
    if (typeof code !== 'string') return undefined;
    return { code, params: (params ?? {}) as Record<string, unknown> };
  } catch {
    return undefined;
  }
}

function failure(
  kind: FabricFailureKind,
  cause: unknown,
  found: { code: string; params?: Record<string, unknown> },
): FabricFailure {
  const details = cause instanceof GatewayError ? cause.details : [];
  const message = cause instanceof Error ? cause.message : String(cause);
  const peers = details.map((detail) => `${detail.mspId}: ${detail.message}`).join('; ');
  return new FabricFailure(
    {
      kind,
      code: found.code,
      params: found.params ?? {},
      mspIds: [...new Set(details.map((detail) => detail.mspId).filter(Boolean))],
      connectionLost: kind === 'unavailable' && details.length === 0 && isConnectionError(cause),
    },
    { cause, message: peers ? `${message} (${peers})` : message },
  );
}

/** The peer we called answers a lost connection of its own with details or text; gRPC-made errors have neither. */
function isConnectionError(error: unknown): boolean {
  if (!(error instanceof GatewayError)) return false;
  return (
    error.code === status.CANCELLED ||
    (error.code === status.UNAVAILABLE && !/endors|orderer|combination of peers/i.test(error.message))
  );
}
