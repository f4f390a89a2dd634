import { common, peer } from '@hyperledger/fabric-protos';
import type { Bench, ConformanceCase } from '../bench.ts';
import { readBlocks, transactionsOf } from '../blocks.ts';
import type { Step } from '../chaincode/step.ts';
import { toHighS } from '../ecdsa.ts';
import { endorseAs, type Parts, putBack, seal, serializeIdentity, submitChanged, takeApart } from '../envelope.ts';
import { loadMember } from '../member.ts';
import type { Outcome } from '../network.ts';

const put = (key: string, value = '1'): Step => ({ do: 'put', key, value });

/** Endorses a write, changes the transaction, submits it, and returns its code and what stands on the ledger. */
export async function tampered(bench: Bench, change: (parts: Parts) => void): Promise<Outcome> {
  const session = bench.session();
  const key = bench.key('a');
  const code = await submitChanged(session, await session.endorse([{ do: 'put', key, value: 'good' }]), change);
  return { code, value: (await session.evaluate([{ do: 'get', key }])) as Outcome };
}

/** Changes the value that the transaction writes; the endorsements stay those of the old one. */
function changeValue(parts: Parts): void {
  const results = Buffer.from(parts.chaincodeAction.getResults_asU8());
  results.write('evil', results.indexOf('good'));
  parts.chaincodeAction.setResults(results);
  putBack(parts);
}

function changeArguments(parts: Parts): void {
  const bytes = Buffer.from(parts.actionPayload.getChaincodeProposalPayload_asU8());
  bytes.write('evil', bytes.indexOf('good'));
  parts.actionPayload.setChaincodeProposalPayload(bytes);
  putBack(parts);
}

function changeEndorsements(change: (list: peer.Endorsement[]) => peer.Endorsement[]): (parts: Parts) => void {
  return (parts) => {
    const action = parts.actionPayload.getAction();
    action?.setEndorsementsList(change(action.getEndorsementsList()));
    putBack(parts);
  };
}

/** Transactions that somebody changed after they were endorsed or signed, or sent twice. */
export const tamperCases: ConformanceCase[] = [
  { name: 'tampered arguments are invalid', run: (bench) => tampered(bench, changeArguments) },
  { name: 'a tampered write is invalid', run: (bench) => tampered(bench, changeValue) },
  {
    name: 'a tampered response is invalid',
    run: (bench) =>
      tampered(bench, (parts) => {
        parts.chaincodeAction.getResponse()?.setPayload(Buffer.from('[]'));
        putBack(parts);
      }),
  },
  {
    name: 'a tampered proposal hash is invalid',
    run: (bench) =>
      tampered(bench, (parts) => {
        parts.responsePayload.setProposalHash(Buffer.alloc(32));
        putBack(parts);
      }),
  },
  {
    name: 'a dropped endorsement is invalid',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements((list) => list.slice(0, 1)),
      ),
  },
  {
    name: 'no endorsement is invalid',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements(() => []),
      ),
  },
  {
    name: 'an endorsement counted twice is invalid',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements(([first]) => [first, first] as peer.Endorsement[]),
      ),
  },
  {
    name: 'a third endorsement of the same organisation adds nothing',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements((list) => [...list, list[0] as peer.Endorsement]),
      ),
  },
  {
    name: 'a broken third endorsement does no harm',
    run: (bench) =>
      tampered(
        bench,
        changeEndorsements((list) => {
          const third = new peer.Endorsement();
          third.setEndorser(serializeIdentity(loadMember(bench.network, 'PineMSP', 'peer')));
          third.setSignature(Buffer.from('not a signature'));
          return [...list, third];
        }),
      ),
  },
  {
    name: 'an endorsement by a client is invalid',
    run: (bench) =>
      tampered(bench, (parts) =>
        endorseAs(parts, [
          loadMember(bench.network, 'CedarMSP', 'peer'),
          loadMember(bench.network, 'MapleMSP', 'gateway'),
        ]),
      ),
  },
  {
    name: 'an endorsement by an orderer is invalid',
    run: (bench) =>
      tampered(bench, (parts) =>
        endorseAs(parts, [
          loadMember(bench.network, 'CedarMSP', 'peer'),
          loadMember(bench.network, 'MapleMSP', 'orderer'),
        ]),
      ),
  },
  {
    name: 'an endorsement with a high-S signature is invalid',
    run: (bench) =>
      tampered(bench, (parts) =>
        endorseAs(
          parts,
          ['CedarMSP', 'MapleMSP'].map((mspId) => loadMember(bench.network, mspId, 'peer')),
          toHighS,
        ),
      ),
  },
  {
    name: 'two actions are invalid',
    run: (bench) => tampered(bench, (parts) => parts.transaction.addActions(parts.transaction.getActionsList()[0])),
  },
  { name: 'no action is invalid', run: (bench) => tampered(bench, (parts) => parts.transaction.setActionsList([])) },
  {
    name: 'an action header of somebody else is invalid',
    run: (bench) =>
      tampered(bench, (parts) => {
        const header = common.SignatureHeader.deserializeBinary(parts.signatureHeader.serializeBinary());
        header.setNonce(Buffer.alloc(24));
        parts.transaction.getActionsList()[0]?.setHeader(header.serializeBinary());
      }),
  },
  {
    name: 'a transaction id of nothing is invalid',
    run: async (bench) => {
      const session = bench.session();
      const endorsed = await session.endorse([put(bench.key('a'))]);
      const txId = `${bench.prefix}${'0'.repeat(64)}`.slice(-64);
      const parts = takeApart(endorsed);
      parts.channelHeader.setTxId(txId);
      await session.submitEnvelope(txId, seal(parts, session.member));
      const { block } = await session.submit([put(bench.key('b'))]);
      const blocks = await readBlocks(session, { channel: 'finance', start: Math.max(1, block - 3), end: block });
      return blocks
        .flatMap(transactionsOf)
        .filter((each) => each.txId === txId)
        .map((each) => each.code);
    },
  },
  {
    name: 'a changed timestamp is invalid',
    run: (bench) =>
      tampered(bench, (parts) =>
        parts.channelHeader.getTimestamp()?.setSeconds((parts.channelHeader.getTimestamp()?.getSeconds() ?? 0) - 3600),
      ),
  },
  { name: 'an epoch is invalid', run: (bench) => tampered(bench, (parts) => parts.channelHeader.setEpoch(7)) },
];
