import { common } from '@hyperledger/fabric-protos';
import type { Clock } from '../clock.ts';
import { mustStandAlone } from '../ledger/panic-check.ts';
import type { ChannelLedger, CommitResult, MspManager } from '../ledger/types.ts';
import { type BroadcastAnswer, type EnvelopeHeaders, judgeEnvelope, refuseType } from './admission.ts';
import { type BatchLimits, createBlockCutter, type OrderedEnvelope, setApart } from './block-cutter.ts';
import { type Consenter, signBlock } from './block-signing.ts';

/** The ordering service of one channel: admits envelopes, cuts blocks and has them committed. */
export interface Orderer {
  /** Admits an envelope or says why not; it stands in a block soon after, not yet when this returns. */
  broadcast(envelope: common.Envelope, headers: EnvelopeHeaders): BroadcastAnswer;
  /** Orders and commits envelopes in a block of their own at once: genesis and deployments. */
  commitNow(envelopes: readonly common.Envelope[]): CommitResult;
  /** Announces a transaction being endorsed: a batch waits a little for it. */
  expect(txId: string): void;
  /** It is endorsed and its client signs it, or (false) it will not come. */
  endorsed(txId: string, isComing: boolean): void;
  pause(): void;
  resume(): void;
  /** Cuts one block of everything pending, but for envelopes that stand alone. */
  cut(): void;
  /** Drops what is pending, when the channel goes back in time. */
  clear(): void;
  readonly isPaused: boolean;
  readonly pending: number;
}

interface OrdererOptions {
  ledger: ChannelLedger;
  mspManager: MspManager;
  clock: Clock;
  consenters: readonly Consenter[];
  limits: BatchLimits;
  onCommit(result: CommitResult): void;
}

/** Orders for a channel. With nothing else on its way or just cut, a batch is cut at once; otherwise it waits up to the timeout for company. */
export function createOrderer({ ledger, mspManager, clock, consenters, limits, onCommit }: OrdererOptions): Orderer {
  const cutter = createBlockCutter(limits);
  const expected = new Map<string, NodeJS.Timeout | undefined>();
  let lastCut = 0;
  let isPaused = false;
  let held: OrderedEnvelope[] = [];
  let timer: NodeJS.Timeout | undefined;
  let immediate: NodeJS.Immediate | undefined;

  function commit(batch: readonly Uint8Array[]): CommitResult {
    const block = ledger.nextBlock(batch);
    signBlock(block, consenters);
    const result = ledger.commitBlock(block);
    onCommit(result);
    return result;
  }

  function stopWaiting(): void {
    clearTimeout(timer);
    clearImmediate(immediate);
    timer = undefined;
    immediate = undefined;
  }

  function commitBatch(batch: readonly OrderedEnvelope[]): void {
    if (batch.length === 0) return;
    commit(batch.map(({ bytes }) => bytes));
    lastCut = performance.now();
  }

  function cutPending(): void {
    stopWaiting();
    commitBatch(cutter.cut());
  }

  /** Decides how long what is pending may wait. */
  function schedule(): void {
    if (cutter.pending().length === 0) {
      stopWaiting();
      return;
    }
    const isQuiet = expected.size === 0 && performance.now() - lastCut >= limits.timeoutMs;
    if (isQuiet) immediate ??= setImmediate(cutPending);
    else timer ??= setTimeout(cutPending, limits.timeoutMs);
  }

  function order(envelope: OrderedEnvelope): void {
    if (isPaused) {
      held.push(envelope);
      return;
    }
    const batches = cutter.order(envelope);
    if (batches.length > 0) stopWaiting();
    for (const batch of batches) commitBatch(batch);
    schedule();
  }

  function settle(txId: string): void {
    clearTimeout(expected.get(txId));
    expected.delete(txId);
  }

  return {
    broadcast(envelope, { header, channelHeader }) {
      settle(channelHeader.getTxId());
      const info = refuseType(channelHeader.getType());
      const judge = { mspManager, maxBytes: limits.absoluteMaxBytes, now: clock.now() };
      const answer = info ? { status: common.Status.BAD_REQUEST, info } : judgeEnvelope(envelope, header, judge);
      if (answer.status !== common.Status.SUCCESS) {
        schedule();
        return answer;
      }
      const bytes = envelope.serializeBinary();
      const ahead = [...cutter.pending(), ...held].map((other) => other.bytes);
      const fatal = ledger.refuseReason(bytes, ahead);
      if (fatal) return { status: common.Status.BAD_REQUEST, info: fatal };
      const size = envelope.getPayload_asU8().length + envelope.getSignature_asU8().length;
      order({ bytes, size, isAlone: mustStandAlone(bytes) });
      return answer;
    },
    commitNow: (envelopes) => commit(envelopes.map((envelope) => envelope.serializeBinary())),
    expect(txId) {
      settle(txId);
      expected.set(txId, undefined);
    },
    endorsed(txId, isComing) {
      if (!expected.has(txId)) return;
      const give = () => {
        settle(txId);
        schedule();
      };
      if (isComing) expected.set(txId, setTimeout(give, limits.timeoutMs));
      else give();
    },
    pause() {
      isPaused = true;
      stopWaiting();
      held.push(...cutter.cut());
    },
    resume() {
      isPaused = false;
      const envelopes = held;
      held = [];
      for (const envelope of envelopes) order(envelope);
    },
    cut() {
      const envelopes = [...cutter.cut(), ...held];
      held = [];
      stopWaiting();
      for (const batch of setApart(envelopes)) commitBatch(batch);
    },
    clear() {
      cutter.cut();
      held = [];
      stopWaiting();
    },
    get isPaused() {
      return isPaused;
    },
    get pending() {
      return cutter.pending().length + held.length;
    },
  };
}
