import type { common } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { readBlocks, transactionsOf } from '../blocks.ts';
import type { Step } from '../chaincode/step.ts';
import { type Parts, seal, takeApart } from '../envelope.ts';
import { loadMember, signMessage } from '../member.ts';
import type { Outcome } from '../network.ts';
import { orderingRefusal, refusal } from '../refusal.ts';

const put = (key: string, value = '1'): Step => ({ do: 'put', key, value });

/** An orderer may refuse a transaction that it has seen, or order it again: either way it commits once. */
async function sentTwice(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const endorsed = await session.endorse([put(bench.key('a'))]);
  const { block, code } = await session.commit(endorsed);
  await session.submitEnvelope(endorsed.txId, seal(takeApart(endorsed), session.member)).catch(() => undefined);
  const marker = await session.submit([put(bench.key('b'))]);
  const blocks = await readBlocks(session, { channel: 'finance', start: block, end: marker.block });
  const codes = blocks
    .flatMap(transactionsOf)
    .filter(({ txId }) => txId === endorsed.txId)
    .map((each) => each.code);
  return {
    code,
    validCount: codes.filter((each) => each === 'VALID').length,
    others: codes.every((each) => each === 'VALID' || each === 'DUPLICATE_TXID'),
    status: (await session.status(endorsed.txId)).code,
  };
}

async function proposedTwice(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const proposal = session.propose([put(bench.key('a'))], { endorsers: ['CedarMSP', 'MapleMSP'] });
  const transaction = await proposal.endorse();
  await (await transaction.submit()).getStatus();
  await session.committedEverywhere(transaction.getTransactionId(), 'finance');
  return refusal(proposal.endorse());
}

async function refusedEnvelope(
  bench: Bench,
  change: (envelope: common.Envelope, parts: Parts) => common.Envelope,
): Promise<Outcome> {
  const session = bench.session();
  const endorsed = await session.endorse([{ do: 'put', key: bench.key('a'), value: '1' }]);
  const parts = takeApart(endorsed);
  return orderingRefusal(session.submitEnvelope(endorsed.txId, change(seal(parts, session.member), parts)));
}

/** What the ordering service refuses, and what it takes but once. */
export const orderingCases: ConformanceCase[] = [
  { name: 'a transaction sent twice commits once', run: sentTwice },
  { name: 'a transaction id that has committed is not endorsed again', run: proposedTwice },
  {
    name: 'a header of the other channel is refused or invalid',
    run: (bench) =>
      refusedEnvelope(bench, (_, parts) => {
        parts.channelHeader.setChannelId('nowhere');
        return seal(parts, loadMember(bench.network, 'CedarMSP'));
      }),
  },
  {
    name: 'an envelope signed by somebody else is refused',
    run: (bench) => refusedEnvelope(bench, (_, parts) => seal(parts, loadMember(bench.network, 'MapleMSP'))),
  },
  {
    name: 'an envelope whose payload changed after signing is refused',
    run: (bench) =>
      refusedEnvelope(bench, (envelope) => {
        const payload = Buffer.from(envelope.getPayload_asU8());
        payload[payload.length - 1] = (payload.at(-1) as number) ^ 1;
        envelope.setPayload(payload);
        return envelope;
      }),
  },
  {
    name: 'an envelope without a signature is refused',
    run: (bench) =>
      refusedEnvelope(bench, (envelope) => {
        envelope.setSignature('');
        return envelope;
      }),
  },
  {
    name: 'a payload that is no payload is refused',
    run: (bench) =>
      refusedEnvelope(bench, (envelope) => {
        envelope.setPayload(Buffer.from('garbage'));
        envelope.setSignature(signMessage(loadMember(bench.network, 'CedarMSP'), Buffer.from('garbage')));
        return envelope;
      }),
  },
];
