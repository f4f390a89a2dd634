import { setTimeout as delay } from 'node:timers/promises';
import type { ChaincodeStub } from 'fabric-shim';
import shim from 'fabric-shim';
import { getMultiple, writeBatch } from './batch-messages.ts';
import type { Step } from './step.ts';

type Handler = (stub: ChaincodeStub, step: Step) => Promise<unknown>;

const text = (bytes: Uint8Array | undefined | null): string => (bytes ? Buffer.from(bytes).toString('utf8') : '');
const hex = (bytes: Uint8Array | undefined | null): string => (bytes ? Buffer.from(bytes).toString('hex') : '');
const value = (step: Step): Buffer =>
  step.valueHex === undefined ? Buffer.from(step.value ?? '') : Buffer.from(step.valueHex, 'hex');
const need = (given: string | undefined): string => given ?? '';

interface RowIterator {
  next(): Promise<{ done?: boolean; value?: { key?: string; value?: Uint8Array } }>;
  close(): Promise<void>;
}

async function collect(iterator: RowIterator, limit = Number.POSITIVE_INFINITY): Promise<string[][]> {
  const rows: string[][] = [];
  while (rows.length < limit) {
    const { done, value: row } = await iterator.next();
    if (row?.key !== undefined) rows.push([row.key, text(row.value)]);
    if (done) return rows;
  }
  await iterator.close();
  return rows;
}

function policy(organizations: string[]): Uint8Array {
  const built = new shim.KeyEndorsementPolicy();
  built.addOrgs('PEER', ...organizations);
  return built.getPolicy();
}

async function history(stub: ChaincodeStub, key: string): Promise<unknown[]> {
  const entries: unknown[] = [];
  const iterator = await stub.getHistoryForKey(key);
  for (;;) {
    const { done, value: entry } = await iterator.next();
    if (entry) entries.push([text(entry.value), entry.isDelete, entry.txId]);
    if (done) return entries;
  }
}

/** Writes `count` rows whose keys sort by number. */
async function fill(stub: ChaincodeStub, step: Step): Promise<null> {
  for (let index = 0; index < (step.count ?? 0); index++) {
    await stub.putState(`${step.key}${String(index).padStart(4, '0')}`, Buffer.from(`v${index}`));
  }
  return null;
}

async function call(stub: ChaincodeStub, step: Step): Promise<unknown> {
  const response = await stub.invokeChaincode(need(step.chaincode), step.arguments ?? [], step.channel ?? '');
  return { status: response.status, message: response.message ?? '', payload: text(response.payload) };
}

/** Every step by name. A step returns what the case may assert; writes return null. */
export const steps: Record<string, Handler> = {
  get: async (stub, step) =>
    text(
      step.collection
        ? await stub.getPrivateData(step.collection, need(step.key))
        : await stub.getState(need(step.key)),
    ),
  getHex: async (stub, step) => hex(await stub.getState(need(step.key))),
  put: async (stub, step) =>
    step.collection
      ? stub.putPrivateData(step.collection, need(step.key), value(step))
      : stub.putState(need(step.key), value(step)),
  putTransient: async (stub, step) =>
    stub.putPrivateData(
      need(step.collection),
      need(step.key),
      stub.getTransient().get(need(step.name)) ?? Buffer.alloc(0),
    ),
  delete: async (stub, step) =>
    step.collection ? stub.deletePrivateData(step.collection, need(step.key)) : stub.deleteState(need(step.key)),
  purge: async (stub, step) => stub.purgePrivateData(need(step.collection), need(step.key)),
  privateHash: async (stub, step) => hex(await stub.getPrivateDataHash(need(step.collection), need(step.key))),
  range: async (stub, step) =>
    collect(
      step.collection
        ? (
            (await stub.getPrivateDataByRange(step.collection, need(step.start), need(step.end))) as unknown as {
              iterator: RowIterator;
            }
          ).iterator
        : ((await stub.getStateByRange(need(step.start), need(step.end))) as unknown as RowIterator),
      step.limit,
    ),
  page: async (stub, step) => {
    const { iterator, metadata } = await stub.getStateByRangeWithPagination(
      need(step.start),
      need(step.end),
      step.pageSize ?? 10,
      step.bookmark,
    );
    const rows = await collect(iterator as unknown as RowIterator);
    return { rows: rows.map(([key]) => key), count: metadata?.fetchedRecordsCount, bookmark: metadata?.bookmark };
  },
  query: async (stub, step) => collect((await stub.getQueryResult(need(step.value))) as unknown as RowIterator),
  compositeKey: async (stub, step) => stub.createCompositeKey(need(step.objectType), step.attributes ?? []),
  putComposite: async (stub, step) =>
    stub.putState(stub.createCompositeKey(need(step.objectType), step.attributes ?? []), value(step)),
  rangeComposite: async (stub, step) => {
    const rows = await collect(
      (await stub.getStateByPartialCompositeKey(
        need(step.objectType),
        step.attributes ?? [],
      )) as unknown as RowIterator,
    );
    return rows.map(([key, text]) => [stub.splitCompositeKey(key as string), text]);
  },
  history: async (stub, step) => history(stub, need(step.key)),
  setPolicy: async (stub, step) =>
    step.collection
      ? stub.setPrivateDataValidationParameter(step.collection, need(step.key), policy(step.organizations ?? []))
      : stub.setStateValidationParameter(need(step.key), policy(step.organizations ?? [])),
  getPolicy: async (stub, step) => {
    const bytes = step.collection
      ? await stub.getPrivateDataValidationParameter(step.collection, need(step.key))
      : await stub.getStateValidationParameter(need(step.key));
    return bytes?.length ? new shim.KeyEndorsementPolicy(Buffer.from(bytes)).listOrgs() : [];
  },
  fill,
  call,
  event: async (stub, step) => stub.setEvent(need(step.name), value(step)),
  getMultiple: async (stub, step) => (await getMultiple(stub, step.keys ?? [], need(step.collection))).map(text),
  writeBatch: async (stub, step) => writeBatch(stub, step.keys ?? [], value(step)),
  transient: async (stub) => [...stub.getTransient()].map(([name, bytes]) => [name, text(bytes)]).sort(),
  identity: async (stub) => ({ channel: stub.getChannelID(), mspId: stub.getCreator().mspid, txId: stub.getTxID() }),
  binding: async (stub) => stub.getBinding(),
  arguments: async (stub) => stub.getStringArgs(),
  random: async (stub, step) => stub.putState(need(step.key), Buffer.from(String(Math.random()))),
  fail: async (_, step) => {
    throw new Error(step.message);
  },
  sleep: async (_, step) => delay(step.milliseconds ?? 0),
  crash: async () => process.exit(3),
};

// A write answers with the peer's empty payload, which says nothing.
const resultOf = (value: unknown): unknown => (value === undefined || Buffer.isBuffer(value) ? null : value);

/** Runs the steps in order and returns one result a step. Refuses a step that has no handler. */
export async function runSteps(stub: ChaincodeStub, list: Step[]): Promise<unknown[]> {
  const results: unknown[] = [];
  for (const step of list) {
    const handler = steps[step.do];
    if (!handler) throw new Error(`no step ${step.do}`);
    results.push(resultOf(await handler(stub, step)));
  }
  return results;
}
