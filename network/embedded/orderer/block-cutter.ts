/** When a block is full. */
export interface BatchLimits {
  maxMessageCount: number;
  /** A larger envelope is refused. */
  absoluteMaxBytes: number;
  /** A batch is cut rather than grow beyond this; a larger envelope stands alone. */
  preferredMaxBytes: number;
  /** How long an envelope waits for company. */
  timeoutMs: number;
}

export const defaultBatchLimits: BatchLimits = {
  maxMessageCount: 500,
  absoluteMaxBytes: 99 * 1024 * 1024,
  preferredMaxBytes: 2 * 1024 * 1024,
  timeoutMs: 10,
};

/** An envelope on its way into a block. */
export interface OrderedEnvelope {
  bytes: Uint8Array;
  /** Payload and signature, as the orderer counts. */
  size: number;
  /** It gets a block of its own. */
  isAlone?: boolean;
}

/** The fewest batches of these in their order that give each its own block that must have one. */
export function setApart(envelopes: readonly OrderedEnvelope[]): OrderedEnvelope[][] {
  const batches: OrderedEnvelope[][] = [];
  for (const envelope of envelopes) {
    const last = batches.at(-1);
    if (last && !envelope.isAlone && !last[0]?.isAlone) last.push(envelope);
    else batches.push([envelope]);
  }
  return batches;
}

/** Gathers envelopes into batches by count and bytes, as Fabric's block cutter does. */
export function createBlockCutter(limits: BatchLimits) {
  let pending: OrderedEnvelope[] = [];
  let pendingBytes = 0;

  function cut(): OrderedEnvelope[] {
    const batch = pending;
    pending = [];
    pendingBytes = 0;
    return batch;
  }

  return {
    /** Takes an envelope; returns the batches, at most two, that are full because of it. */
    order(envelope: OrderedEnvelope): OrderedEnvelope[][] {
      const batches: OrderedEnvelope[][] = [];
      const cutPending = () => {
        if (pending.length > 0) batches.push(cut());
      };
      if (envelope.isAlone || envelope.size > limits.preferredMaxBytes) {
        cutPending();
        return [...batches, [envelope]];
      }
      if (pendingBytes + envelope.size > limits.preferredMaxBytes) cutPending();
      pending.push(envelope);
      pendingBytes += envelope.size;
      if (pending.length >= limits.maxMessageCount) cutPending();
      return batches;
    },
    cut,
    pending: (): readonly OrderedEnvelope[] => pending,
  };
}
