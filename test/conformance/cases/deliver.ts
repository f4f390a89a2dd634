import { common, type peer } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { loadMember } from '../member.ts';
import type { Outcome } from '../network.ts';
import { refusal } from '../refusal.ts';
import { codeName } from '../session.ts';
import { emit, event, put } from './events.ts';

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

/** Delivered blocks, filtered blocks, and who may not have them. */
export const deliverCases: ConformanceCase[] = [
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
