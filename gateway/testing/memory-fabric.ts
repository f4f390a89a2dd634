import { createHash } from 'node:crypto';
import { createDispatch } from '@tangram/chaincode/core/dispatch.ts';
import { DomainError } from '@tangram/chaincode/core/errors.ts';
import { MemoryPeer, type MemoryState, type MemoryTransaction } from '@tangram/chaincode/core/memory-peer.ts';
import { parseRow } from '@tangram/chaincode/core/rows.ts';
import { operations } from '@tangram/chaincode/operations.ts';
import type { KeyWrite, LedgerBlock, PrivateWrite } from '../fabric/decode-block.ts';
import { endorseOver } from '../fabric/endorsement.ts';
import { createEndorserChoice } from '../fabric/endorser-choice.ts';
import type { Call, FabricClient } from '../fabric/fabric-client.ts';
import { FabricFailure, type FabricFailureKind } from '../fabric/fabric-failure.ts';
import { operationTable } from '../fabric/operation-table.ts';

/** Something that goes wrong at a step of the next calls; returns the failure to throw, its kind, or nothing. */
export type Fault = (at: {
  step: 'endorse' | 'before-order' | 'after-order' | 'commit-status' | 'evaluate';
  call?: Call;
  endorsers?: string[];
}) => FabricFailureKind | FabricFailure | undefined;

interface Simulated {
  transactionId: string;
  time: string;
  result: string;
  writes: KeyWrite[];
  privateWrites: PrivateWrite[];
  /** Values that the simulation started from, of the rows it writes. */
  versions: Map<string, Uint8Array | undefined>;
}

const MVCC_READ_CONFLICT = 11;
const DUPLICATE_TXID = 9;
const MSP_IDS = ['CedarMSP', 'MapleMSP', 'PineMSP', 'WillowMSP', 'CentralbankMSP'];

/**
 * The chaincode's own pipeline on rows in memory, cut into blocks of one transaction and reached through the
 * interface of the Fabric client, so that services are tested with several gateways and every kind of lost answer.
 */
export class MemoryFabric {
  readonly blocks: LedgerBlock[] = [];
  milliseconds = Date.parse('2026-01-05T09:00:00.000Z');
  /** By how much the endorsers' clock is ahead of the clients'. */
  skewMilliseconds = 0;
  fault: Fault = () => undefined;
  /** Until it resolves, gateways hear of no further block. */
  held: Promise<void> | undefined;
  readonly #state: MemoryState = { rows: new Map(), privateRows: new Map() };
  readonly #dispatch = createDispatch(operations, () => this.milliseconds + this.skewMilliseconds);
  readonly #committed = new Map<string, { blockNumber: bigint; validationCode: number }>();
  readonly #waiting = new Set<() => void>();
  #count = 0;

  row(namespace: string, key: string): unknown {
    const bytes = this.#state.rows.get(`${namespace}/${key}`);
    return bytes === undefined ? undefined : parseRow(operationTable, bytes);
  }

  /** The client of one organisation's gateway. */
  clientOf(mspId: string): FabricClient {
    const choice = createEndorserChoice(MSP_IDS, mspId);
    const { blocks } = this;
    const endorseBy = async (call: Call, endorsers: string[]) => {
      this.#fail({ step: 'endorse', call, endorsers });
      const simulated = await this.#simulate(call, mspId);
      return {
        transactionId: simulated.transactionId,
        result: simulated.result,
        writes: () => simulated.writes,
        submit: async () => {
          this.#fail({ step: 'before-order', call });
          this.#order(simulated);
          this.#fail({ step: 'after-order', call });
        },
      };
    };
    return {
      mspId,
      evaluate: async (call) => {
        this.#fail({ step: 'evaluate', call });
        return (await this.#simulate(call, mspId)).result;
      },
      endorse: (call, endorsers) => {
        const endorse = (organizations: string[]) => endorseBy(call, organizations);
        const way = { endpoint: 'memory', endorse, markLost: () => undefined };
        return endorseOver([way, way], endorsers, { choice, patienceMilliseconds: 10_000 });
      },
      commitStatus: async (transactionId) => {
        this.#fail({ step: 'commit-status' });
        const committed = this.#committed.get(transactionId);
        if (!committed) throw failureOf('unavailable');
        return { transactionId, ...committed };
      },
      committedAtOthers: async () => undefined,
      followBlocks: async ({ nextBlock, onBlock, signal }) => {
        while (!signal.aborted) {
          if (this.held) await this.held;
          const block = this.blocks[Number(nextBlock())];
          if (block) await onBlock(forOrganization(block, mspId));
          else await this.#nextBlock(signal);
        }
      },
      readBlocks: async function* (this: void, from: bigint, upTo: bigint) {
        yield* blocks.slice(Number(from), Number(upTo) + 1);
      },
      peers: () => [{ mspId, endpoint: 'memory', healthy: true }],
      close: () => undefined,
    };
  }

  #fail(at: Parameters<Fault>[0]): void {
    const failure = this.fault(at);
    if (failure) throw typeof failure === 'string' ? failureOf(failure) : failure;
  }

  async #simulate(call: Call, mspId: string): Promise<Simulated> {
    this.#count += 1;
    this.milliseconds += 1;
    const { chaincode, transactionName, argument = '' } = call;
    const transaction: MemoryTransaction = {
      state: this.#state,
      dispatch: this.#dispatch,
      transactionId: createHash('sha256').update(`${this.#count}`).digest('hex'),
      timestampMilliseconds: this.milliseconds,
      creatorMspId: mspId,
      transient: call.transient ?? {},
      entryPoint: { chaincode, operation: transactionName, argument },
      reads: new Set(),
      writes: new Map(),
      privateWrites: new Map(),
    };
    const before = new Map(this.#state.rows);
    const peer = new MemoryPeer(transaction, chaincode);
    const result = await this.#dispatch(peer, transactionName, argument).catch((error: unknown) => {
      if (error instanceof DomainError) throw failureOf('contract', error);
      throw error;
    });
    return {
      transactionId: transaction.transactionId,
      time: new Date(this.milliseconds).toISOString(),
      result,
      writes: [...transaction.writes].map(([key, value]) => ({ ...splitKey(key), value })),
      privateWrites: [...transaction.privateWrites].map(([key, value]) => ({
        ...splitPrivateKey(key),
        value: value === undefined ? null : Buffer.from(value),
      })),
      versions: new Map([...transaction.writes.keys()].map((key) => [key, before.get(key)])),
    };
  }

  #order(simulated: Simulated): void {
    const { transactionId, time, versions } = simulated;
    const isStale = [...versions].some(([key, value]) => this.#state.rows.get(key) !== value);
    const isRepeated = this.#committed.has(transactionId);
    const validationCode = isRepeated ? DUPLICATE_TXID : isStale ? MVCC_READ_CONFLICT : 0;
    const isValid = validationCode === 0;
    const number = BigInt(this.blocks.length);
    if (!isRepeated) this.#committed.set(transactionId, { blockNumber: number, validationCode });
    if (isValid) this.#write(simulated);
    this.blocks.push({
      number,
      hash: hashOf(`block ${number} ${transactionId}`),
      previousHash: this.blocks.at(-1)?.hash ?? '',
      transactions: [
        {
          index: 0,
          transactionId,
          time,
          validationCode,
          writes: isValid ? simulated.writes : [],
          privateWrites: isValid ? simulated.privateWrites : [],
        },
      ],
    });
    for (const wake of this.#waiting) wake();
  }

  #write({ writes, privateWrites }: Simulated): void {
    for (const { namespace, key, value } of writes)
      if (value !== null) this.#state.rows.set(`${namespace}/${key}`, value);
    for (const { namespace, collection, key, value } of privateWrites) {
      const name = `${namespace}/${collection}/${key}`;
      if (value === null) this.#state.privateRows.delete(name);
      else this.#state.privateRows.set(name, Buffer.from(value).toString());
    }
  }

  #nextBlock(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        this.#waiting.delete(wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake, { once: true });
    });
  }
}

function splitKey(name: string): { namespace: string; key: string } {
  const slash = name.indexOf('/');
  return { namespace: name.slice(0, slash), key: name.slice(slash + 1) };
}

/** Implicit collections are named by the organisation here; the peer's longer name adds nothing. */
function splitPrivateKey(name: string): { namespace: string; collection: string; key: string } {
  const { namespace, key } = splitKey(name);
  const inside = splitKey(key);
  return { namespace, collection: inside.namespace, key: inside.key };
}

/** A peer hands private data to the members of its collection only. */
function forOrganization(block: LedgerBlock, mspId: string): LedgerBlock {
  return {
    ...block,
    transactions: block.transactions.map((transaction) => ({
      ...transaction,
      privateWrites: transaction.privateWrites.filter((write) => write.collection === mspId),
    })),
  };
}

function failureOf(kind: FabricFailureKind, error?: DomainError): FabricFailure {
  const code = error?.code ?? `FABRIC_${kind.toUpperCase()}`;
  return new FabricFailure({ kind, code, params: error?.params ?? {}, mspIds: [], connectionLost: false });
}

function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
