import { type ChaincodeEvent, checkpointers } from '@hyperledger/fabric-gateway';
import { common, type peer } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import type { Step } from '../chaincode/step.ts';
import { loadMember } from '../member.ts';
import type { Outcome } from '../network.ts';
import { refusal } from '../refusal.ts';
import { type Committed, codeName, type Session } from '../session.ts';

const put = (key: string, value = '1'): Step => ({ do: 'put', key, value });
const event = (name: string, value = ''): Step => ({ do: 'event', name, value });

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

async function emit(bench: Bench, name: string, value = ''): Promise<Committed> {
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

async function filtered(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const committed = await session.submit([put(bench.key('a')), event(bench.key('Filtered'), 'secret')], {
    endorsers: ['CedarMSP'],
  });
  const valid = await emit(bench, 'Shown', 'secret');
  const events = await session.gateway
    .getNetwork('finance')
    .getFilteredBlockEvents({ startBlock: BigInt(committed.block) });
  const seen: Outcome[] = [];
  try {
    for await (const block of events) {
      for (const each of block.getFilteredTransactionsList()) {
        if (each.getTxid() !== committed.txId && each.getTxid() !== valid.txId) continue;
        const actions = each.getTransactionActions()?.getChaincodeActionsList() ?? [];
        seen.push([
          block.getChannelId(),
          codeName(each.getTxValidationCode()),
          each.getType(),
          actions.map((action: peer.FilteredChaincodeAction) => [
            action.getChaincodeEvent()?.getEventName() ?? '',
            action.getChaincodeEvent()?.getChaincodeId() ?? '',
            Buffer.from(action.getChaincodeEvent()?.getPayload_asU8() ?? []).toString(),
          ]),
        ]);
      }
      if (block.getNumber() >= valid.block) break;
    }
  } finally {
    events.close();
  }
  return seen;
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

/** Opens a block stream with a request that is signed or addressed wrongly, and says how it ends. */
async function badDeliver(
  bench: Bench,
  method: 'getBlockEvents' | 'getFilteredBlockEvents' | 'getBlockAndPrivateDataEvents',
  channel = 'finance',
): Promise<Outcome> {
  const member = { ...loadMember(bench.network, 'CedarMSP') };
  if (channel === 'finance') member.key = loadMember(bench.network, 'MapleMSP').key;
  const session = bench.sessionOf(member);
  const events = await session.gateway.getNetwork(channel)[method]({ startBlock: 0n });
  try {
    for await (const each of events) return { got: each.toString().length > 0 };
    return 'ended';
  } catch (error) {
    return (error as Error).message;
  } finally {
    events.close();
  }
}

async function badEvents(bench: Bench, target: { channel?: string; forged?: boolean }): Promise<Outcome> {
  const member = { ...loadMember(bench.network, 'CedarMSP') };
  if (target.forged) member.key = loadMember(bench.network, 'MapleMSP').key;
  const session = bench.sessionOf(member);
  const events = await session.gateway
    .getNetwork(target.channel ?? 'finance')
    .getChaincodeEvents('basic', { startBlock: 0n });
  try {
    return await refusal(events[Symbol.asyncIterator]().next());
  } finally {
    events.close();
  }
}

async function genesis(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const events = await session.gateway.getNetwork('finance').getBlockEvents({ startBlock: 0n });
  try {
    for await (const block of events) {
      const [bytes] = block.getData()?.getDataList_asU8() ?? [];
      const payload = common.Payload.deserializeBinary(
        common.Envelope.deserializeBinary(bytes ?? new Uint8Array()).getPayload_asU8(),
      );
      const header = common.ChannelHeader.deserializeBinary(
        payload.getHeader()?.getChannelHeader_asU8() ?? new Uint8Array(),
      );
      return {
        number: block.getHeader()?.getNumber() ?? null,
        previous: block.getHeader()?.getPreviousHash_asU8().length ?? null,
        type: header.getType(),
        channel: header.getChannelId(),
      };
    }
  } finally {
    events.close();
  }
  return null;
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
  { name: 'filtered blocks show codes and event names only', run: filtered },
  { name: 'a forged request for blocks is forbidden', run: (bench) => badDeliver(bench, 'getBlockEvents') },
  {
    name: 'a forged request for filtered blocks is forbidden',
    run: (bench) => badDeliver(bench, 'getFilteredBlockEvents'),
  },
  {
    name: 'a forged request for private blocks is forbidden',
    run: (bench) => badDeliver(bench, 'getBlockAndPrivateDataEvents'),
  },
  {
    name: 'blocks of an unknown channel are not found',
    run: (bench) => badDeliver(bench, 'getBlockEvents', 'nowhere'),
  },
  { name: 'a forged request for events is refused', run: (bench) => badEvents(bench, { forged: true }) },
  { name: 'events of an unknown channel are refused', run: (bench) => badEvents(bench, { channel: 'nowhere' }) },
  { name: 'the first block is the configuration', run: genesis },
];
