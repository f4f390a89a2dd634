import { type ChaincodeEvent, checkpointers } from '@hyperledger/fabric-gateway';
import type { Bench, ConformanceCase } from '../bench.ts';
import type { Step } from '../chaincode/step.ts';
import type { Outcome } from '../network.ts';
import { refusal } from '../refusal.ts';
import type { Committed, Session } from '../session.ts';

export const put = (key: string, value = '1'): Step => ({ do: 'put', key, value });

export const event = (name: string, value = ''): Step => ({ do: 'event', name, value });

interface Wanted {
  start?: number;
  checkpoint?: { blockNumber: bigint; transactionId?: string };
  chaincode?: string;
  until: (event: ChaincodeEvent) => boolean;
}

/** Collects events of a chaincode until one is the last wanted; begins before `act`, which may cause them. */
async function collect(
  session: Session,
  wanted: Wanted,
  act: () => Promise<unknown> = async () => undefined,
): Promise<ChaincodeEvent[]> {
  const { start, checkpoint, chaincode = 'basic', until } = wanted;
  const events = await session.gateway.getNetwork('finance').getChaincodeEvents(chaincode, {
    ...(start === undefined ? {} : { startBlock: BigInt(start) }),
    ...(checkpoint
      ? {
          checkpoint: {
            getBlockNumber: () => checkpoint.blockNumber,
            getTransactionId: () => checkpoint.transactionId,
          },
        }
      : {}),
  });
  const seen: ChaincodeEvent[] = [];
  try {
    const reading = (async () => {
      for await (const each of events) {
        seen.push(each);
        if (until(each)) return;
      }
    })();
    await act();
    await reading;
  } finally {
    events.close();
  }
  return seen;
}

const text = (each: ChaincodeEvent): Outcome => [each.eventName, Buffer.from(each.payload).toString()];

/** Commits a transaction with an event. */
export async function emit(bench: Bench, name: string, value = ''): Promise<Committed> {
  return bench.session().submit([put(bench.key(name)), event(bench.key(name), value)]);
}

async function live(bench: Bench): Promise<Outcome> {
  let committed: Committed | undefined;
  const [seen] = await collect(bench.session(), { until: (each) => each.eventName === bench.key('Live') }, async () => {
    committed = await emit(bench, 'Live', '{"amount":"1"}');
  });
  return {
    event: text(seen as ChaincodeEvent),
    chaincode: seen?.chaincodeName ?? null,
    sameTransaction: seen?.transactionId === committed?.txId,
    sameBlock: Number(seen?.blockNumber) === committed?.block,
  };
}

async function replay(bench: Bench): Promise<Outcome> {
  const first = await emit(bench, 'One');
  await emit(bench, 'Two');
  await emit(bench, 'Three');
  const seen = await collect(bench.session(), {
    start: first.block,
    until: (each) => each.eventName === bench.key('Three'),
  });
  return seen.filter((each) => each.eventName.startsWith(bench.prefix)).map((each) => each.eventName);
}

async function orderInBlock(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  let names: string[] = [];
  let first = '';
  await bench.together(async (attempt) => {
    names = ['One', 'Two', 'Three'].map((name) => bench.key(`${attempt}${name}`));
    const endorsed = [];
    for (const name of names) endorsed.push(await session.endorse([put(name), event(name)]));
    first = endorsed[0]?.txId as string;
    return endorsed;
  });
  const { block } = await session.status(first);
  const seen = await collect(session, { start: block, until: (each) => each.eventName === names[2] });
  return seen.filter((each) => Number(each.blockNumber) === block).map((each) => names.indexOf(each.eventName));
}

async function checkpointResume(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const committed: Committed[] = [];
  for (const name of ['One', 'Two', 'Three']) committed.push(await emit(bench, name));
  const [one, two] = committed as [Committed, Committed];
  const last = (each: ChaincodeEvent) => each.eventName === bench.key('Three');
  const names = (list: ChaincodeEvent[]) =>
    list.filter((each) => each.eventName.startsWith(bench.prefix)).map((each) => each.eventName);
  const checkpointer = checkpointers.inMemory();
  await checkpointer.checkpointTransaction(BigInt(two.block), two.txId);
  const after = {
    blockNumber: checkpointer.getBlockNumber() as bigint,
    transactionId: checkpointer.getTransactionId() as string,
  };
  await checkpointer.checkpointBlock(BigInt(one.block));
  return {
    afterTransaction: names(await collect(session, { checkpoint: after, until: last })),
    afterBlock: names(
      await collect(session, { checkpoint: { blockNumber: checkpointer.getBlockNumber() as bigint }, until: last }),
    ),
    atTransaction: names(
      await collect(session, { checkpoint: { blockNumber: BigInt(one.block), transactionId: one.txId }, until: last }),
    ),
  };
}

async function beyondHeight(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const { block } = await emit(bench, 'Before');
  const seen = await collect(
    session,
    { start: block + 2, until: (each) => each.eventName === bench.key('Second') },
    async () => {
      await emit(bench, 'First');
      await emit(bench, 'Second');
    },
  );
  return seen.map((each) => each.eventName);
}

async function hidden(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const invalid = await session.submit([put(bench.key('a')), event(bench.key('Invalid'))], { endorsers: ['CedarMSP'] });
  await emit(bench, 'Valid');
  const seen = await collect(session, { start: invalid.block, until: (each) => each.eventName === bench.key('Valid') });
  return {
    code: invalid.code,
    seen: seen.filter((each) => each.eventName.startsWith(bench.prefix)).map((each) => each.eventName),
  };
}

async function otherChaincode(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const other = await session.submit([put(bench.key('a')), event(bench.key('Other'))], { chaincode: 'nested' });
  await emit(bench, 'Own');
  const seen = await collect(session, { start: other.block, until: (each) => each.eventName === bench.key('Own') });
  return seen.filter((each) => each.eventName.startsWith(bench.prefix)).map((each) => each.eventName);
}

async function calledEvent(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const called: Step = {
    do: 'call',
    chaincode: 'nested',
    arguments: ['run', JSON.stringify([event(bench.key('Called'))])],
  };
  const { block } = await session.submit([called, event(bench.key('Caller')), put(bench.key('a'))]);
  const caller = await collect(session, { start: block, until: (each) => each.eventName === bench.key('Caller') });
  const onlyCalled = await session.submit([called, put(bench.key('b'))]);
  const after = await session.submit([put(bench.key('c')), event(bench.key('After'))], { chaincode: 'nested' });
  const nested = await collect(session, {
    chaincode: 'nested',
    start: block,
    until: (each) => each.transactionId === after.txId,
  });
  const own = (list: ChaincodeEvent[]) =>
    list.filter((each) => each.eventName.startsWith(bench.prefix)).map((each) => each.eventName);
  return { codes: [onlyCalled.code, after.code], caller: own(caller), nested: own(nested) };
}

/** Events and delivered blocks. */
export const eventsCases: ConformanceCase[] = [
  { name: 'an event arrives with its payload, transaction and block', run: live },
  { name: 'events are replayed from any block in order', run: replay },
  { name: 'events of a block come in the order of its transactions', run: orderInBlock },
  { name: 'a checkpoint resumes at the exact event', run: checkpointResume },
  { name: 'a start beyond the height waits for its block', run: beyondHeight },
  { name: 'events of invalid transactions are hidden', run: hidden },
  {
    name: 'the last event of a transaction counts',
    run: async (bench) => {
      const { block } = await bench
        .session()
        .submit([event(bench.key('One')), event(bench.key('Two'), 'x'), put(bench.key('a'))]);
      const seen = await collect(bench.session(), {
        start: block,
        until: (each) => each.eventName === bench.key('Two'),
      });
      return seen.filter((each) => each.eventName.startsWith(bench.prefix)).map(text);
    },
  },
  { name: 'an event without a name is refused', run: (bench) => refusal(bench.session().evaluate([event('')])) },
  { name: 'events of another chaincode are not delivered', run: otherChaincode },
  { name: 'an event of a called chaincode is not emitted', run: calledEvent },
];
