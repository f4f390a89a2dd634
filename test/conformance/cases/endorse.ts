import { createHash } from 'node:crypto';
import { common, msp, peer, gateway as protos } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import type { Step } from '../chaincode/step.ts';
import { takeApart } from '../envelope.ts';
import type { Outcome } from '../network.ts';
import { refusal } from '../refusal.ts';
import type { Endorsed, Target } from '../session.ts';

/** MSP ids of those who endorsed, in the order in which they stand in the transaction. */
export function endorsersOf(endorsed: Endorsed): string[] {
  const action = takeApart(endorsed).actionPayload.getAction() as peer.ChaincodeEndorsedAction;
  return action
    .getEndorsementsList()
    .map((each) => msp.SerializedIdentity.deserializeBinary(each.getEndorser_asU8()).getMspid());
}

/** The same call refused at endorsement and at evaluation. */
async function refusedCall(
  bench: Bench,
  [name, ...args]: [string, ...string[]],
  target: Target = {},
): Promise<Outcome> {
  const session = bench.session();
  const at = { endorsers: ['CedarMSP'], ...target };
  return {
    endorse: await refusal(session.call(name, args, at).endorse()),
    evaluate: await refusal(session.call(name, args, at).evaluate()),
  };
}

async function plan(
  bench: Bench,
  target: Target,
  steps: Step[] = [{ do: 'put', key: bench.key('a'), value: '1' }],
): Promise<string[]> {
  return endorsersOf(await bench.session().endorse(steps, { endorsers: 'plan', ...target }));
}

/** What the gateway answers to `respond`, which sets status, message and payload. */
async function respond(bench: Bench, args: string[]): Promise<Outcome> {
  const session = bench.session();
  const target = { endorsers: ['CedarMSP'] };
  const textOr = (call: Promise<Uint8Array>): Promise<Outcome> =>
    call.then(
      (bytes) => Buffer.from(bytes).toString(),
      (error: unknown) => refusal(Promise.reject(error)),
    );
  return {
    endorse: await textOr(
      session
        .call('respond', args, target)
        .endorse()
        .then((transaction) => transaction.getResult()),
    ),
    evaluate: await textOr(session.call('respond', args, target).evaluate()),
  };
}

async function crash(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const target = { chaincode: 'fragile', endorsers: ['CedarMSP'] };
  await bench.network.startFragile();
  const before = await session.evaluate([{ do: 'get', key: bench.key('a') }], target);
  const crashed = await refusal(session.endorse([{ do: 'crash' }], target));
  await bench.network.stopFragile();
  await bench.network.startFragile();
  const served = await bench.eventually(() =>
    session.evaluate([{ do: 'get', key: bench.key('a') }], target).then(
      () => true,
      () => false,
    ),
  );
  const { code } = await session.submit([{ do: 'put', key: bench.key('a'), value: '1' }], target);
  return { before: before as Outcome, crashed, served, code };
}

async function proposalHash(bench: Bench): Promise<Outcome> {
  const session = bench.session();
  const proposal = session.propose([{ do: 'put', key: bench.key('a'), value: '1' }], {
    transient: { secret: 'hidden' },
  });
  const bytes = peer.Proposal.deserializeBinary(
    (
      protos.ProposedTransaction.deserializeBinary(proposal.getBytes()).getProposal() as peer.SignedProposal
    ).getProposalBytes_asU8(),
  );
  const transaction = await proposal.endorse();
  const parts = takeApart({ transaction, txId: transaction.getTransactionId(), channel: 'finance', result: [] });
  const header = common.Header.deserializeBinary(bytes.getHeader_asU8());
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(bytes.getPayload_asU8());
  payload.clearTransientmapMap();
  const hash = createHash('sha256');
  for (const part of [header.getChannelHeader_asU8(), header.getSignatureHeader_asU8(), payload.serializeBinary()])
    hash.update(part);
  return {
    hashMatches: hash.digest().equals(Buffer.from(parts.responsePayload.getProposalHash_asU8())),
    transientKept: Buffer.from(transaction.getBytes()).includes('hidden'),
    chaincode: parts.chaincodeAction.getChaincodeId()?.toObject() as unknown as Outcome,
  };
}

/** Evaluate and endorse: what comes back and what is refused, and which peers are asked. */
export const endorseCases: ConformanceCase[] = [
  {
    name: 'an evaluation returns the result',
    run: async (bench) =>
      (await bench.session().evaluate([{ do: 'get', key: bench.key('a') }, { do: 'arguments' }])).length,
  },
  {
    name: 'an evaluation writes nothing',
    run: async (bench) => {
      const session = bench.session();
      await session.evaluate([{ do: 'put', key: bench.key('a'), value: '1' }]);
      return (await session.evaluate([{ do: 'get', key: bench.key('a') }])) as Outcome;
    },
  },
  {
    name: 'a contract error carries its message',
    run: (bench) => refusedCall(bench, ['run', JSON.stringify([{ do: 'fail', message: '{"code":"NO"}' }])]),
  },
  {
    name: 'two peers report the same contract error apart',
    run: async (bench) => refusal(bench.session().endorse([{ do: 'fail', message: 'no' }])),
  },
  { name: 'an unknown function is refused', run: (bench) => refusedCall(bench, ['nope']) },
  { name: 'an unknown contract is refused', run: (bench) => refusedCall(bench, ['nope:run', '[]']) },
  { name: 'too few arguments are refused', run: (bench) => refusedCall(bench, ['run']) },
  { name: 'too many arguments are refused', run: (bench) => refusedCall(bench, ['run', '[]', '[]']) },
  {
    name: 'a function without a result returns nothing',
    run: async (bench) => (await bench.session().call('nothing', []).evaluate()).length,
  },
  {
    name: 'a missing chaincode is refused',
    run: (bench) => refusedCall(bench, ['run', '[]'], { chaincode: 'nowhere' }),
  },
  {
    name: 'a missing chaincode is refused by the plan',
    run: async (bench) => refusal(bench.session().endorse([], { chaincode: 'nowhere', endorsers: 'plan' })),
  },
  { name: 'a missing channel is refused', run: (bench) => refusedCall(bench, ['run', '[]'], { channel: 'nowhere' }) },
  {
    name: 'a defined chaincode without a service is refused',
    run: (bench) => refusedCall(bench, ['run', '[]'], { chaincode: 'absent' }),
  },
  {
    name: 'an unknown endorsing organisation is refused',
    run: (bench) => refusedCall(bench, ['run', '[]'], { endorsers: ['ElsewhereMSP'] }),
  },
  {
    name: 'endorsers that disagree are refused',
    run: async (bench) => {
      const { code, message, details } = await refusal(
        bench.session().endorse([{ do: 'random', key: bench.key('a') }]),
      );
      // Whichever peer answers second is the one that is said not to match.
      return { code, message, details: details.map((detail) => detail.message) };
    },
  },
  { name: 'a status of 200 with a message is endorsed', run: (bench) => respond(bench, ['200', 'fine', 'done']) },
  { name: 'a status of 399 is endorsed', run: (bench) => respond(bench, ['399', 'odd', 'done']) },
  { name: 'a status of 400 is refused', run: (bench) => respond(bench, ['400', 'bad', 'done']) },
  { name: 'a status of 500 is refused', run: (bench) => respond(bench, ['500', 'broken', 'done']) },
  {
    name: 'a slow chaincode meets the deadline of the caller',
    run: async (bench) => {
      const proposal = bench.session().propose([{ do: 'sleep', milliseconds: 1500 }], { endorsers: ['CedarMSP'] });
      const { code } = await refusal(proposal.endorse({ deadline: Date.now() + 300 }));
      // Whichever end notices first names it.
      return ['DEADLINE_EXCEEDED', 'CANCELLED'].includes(code);
    },
  },
  { name: 'a chaincode that crashes is reported and served again', run: crash },
  {
    name: 'an evaluation can be sent to another organisation',
    run: async (bench) => {
      const session = bench.session();
      return (await session.evaluate([{ do: 'identity' }], { endorsers: ['PineMSP'] })).length;
    },
  },
  {
    name: 'explicit endorsers are asked, and no others',
    run: async (bench) =>
      endorsersOf(
        await bench
          .session()
          .endorse([{ do: 'put', key: bench.key('a'), value: '1' }], { endorsers: ['MapleMSP', 'WillowMSP'] }),
      ).sort(),
  },
  {
    name: 'the plan asks two for two of four, the own peer among them',
    run: async (bench) => {
      const endorsers = await plan(bench, {});
      return { count: endorsers.length, own: endorsers.includes('CedarMSP') };
    },
  },
  {
    name: 'the plan asks all for a policy of all',
    run: async (bench) => (await plan(bench, { chaincode: 'strict' })).sort(),
  },
  {
    name: 'the plan asks the smallest layout of a nested policy',
    run: async (bench) => (await plan(bench, { chaincode: 'nested' })).length,
  },
  {
    name: 'the plan with transient data asks members of the written collection',
    run: async (bench) =>
      (
        await plan(bench, { transient: { secret: 'x' } }, [
          { do: 'putTransient', key: bench.key('a'), collection: 'pair', name: 'secret' },
        ])
      ).sort(),
  },
  {
    name: 'the plan counts the chaincodes that are called',
    run: async (bench) =>
      (
        await plan(bench, {}, [
          {
            do: 'call',
            chaincode: 'strict',
            arguments: ['run', JSON.stringify([{ do: 'put', key: bench.key('a'), value: '1' }])],
          },
        ])
      ).sort(),
  },
  {
    name: 'transient data reaches chaincode',
    run: async (bench) =>
      (await bench.session().evaluate([{ do: 'transient' }], { transient: { one: '1', two: '2' } })) as Outcome,
  },
  { name: 'the proposal hash leaves transient data out', run: proposalHash },
];
