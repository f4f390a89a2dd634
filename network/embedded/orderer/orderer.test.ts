import { common, ledger, peer } from '@hyperledger/fabric-protos';
import { openClock } from '../clock.ts';
import { createTestChannel, type Proposal, text } from '../ledger/fixtures/test-channel.ts';
import type { CommitResult } from '../ledger/types.ts';
import { readHeaders } from './admission.ts';
import { defaultBatchLimits } from './block-cutter.ts';
import { createOrderer, type Orderer } from './orderer.ts';

const { TxValidationCode: code } = peer;
const { TxReadWriteSet, NsReadWriteSet, CollectionHashedReadWriteSet } = ledger.rwset;

let channel: Awaited<ReturnType<typeof createTestChannel>>;
let orderer: Orderer;
let blocks: CommitResult[];

beforeEach(async () => {
  channel = await createTestChannel();
  channel.deploy('cash', "OR('CedarMSP.peer')");
  blocks = [];
  orderer = createOrderer({
    ledger: channel.ledger,
    mspManager: channel.options.mspManager,
    clock: openClock(),
    consenters: [],
    limits: defaultBatchLimits,
    onCommit: (result) => blocks.push(result),
  });
});
afterEach(() => channel.remove());

const put = (key: string): Proposal => ({ run: (simulator) => simulator.putState('cash', key, text('1')) });

function send(proposal: Proposal) {
  const envelope = common.Envelope.deserializeBinary(channel.endorse(proposal).envelope);
  const headers = readHeaders(envelope);
  if (typeof headers === 'string') throw new Error(headers);
  return orderer.broadcast(envelope, headers);
}

const without = (key: string): Proposal => ({
  ...put(key),
  tamper: (parts) => {
    parts.copies = 0;
  },
});
const ofType = (type: number, key: string): Proposal => ({
  ...put(key),
  tamper: (parts) => {
    parts.channelHeader.type = type;
  },
});

describe('the orderer', () => {
  test('gives an envelope a block of its own that real peers or orderers would stumble over beside others', () => {
    orderer.pause();
    for (const each of [put('a'), put('b'), without('c'), ofType(99, 'd'), put('e')]) {
      expect(send(each).status).toBe(common.Status.SUCCESS);
    }
    orderer.cut();

    expect(blocks.map(({ validationCodes }) => [...validationCodes])).toEqual([
      [code.VALID, code.VALID],
      [code.INVALID_ENDORSER_TRANSACTION],
      [code.BAD_COMMON_HEADER],
      [code.VALID],
    ]);
  });

  test('does so too when it cuts by itself', () => {
    send(put('a'));
    send(without('b'));

    expect(blocks.map(({ validationCodes }) => [...validationCodes])).toEqual([
      [code.VALID],
      [code.INVALID_ENDORSER_TRANSACTION],
    ]);
  });

  test('refuses collections of a chaincode without a name, which no real peer can commit', () => {
    const collection = new CollectionHashedReadWriteSet();
    collection.setCollectionName('none');
    const namespace = new NsReadWriteSet();
    namespace.addCollectionHashedRwset(collection);
    const set = new TxReadWriteSet();
    set.addNsRwset(namespace);
    const nameless: Proposal = {
      ...put('a'),
      tamper: (parts) => {
        const response = peer.ProposalResponsePayload.deserializeBinary(parts.responsePayload);
        const action = peer.ChaincodeAction.deserializeBinary(response.getExtension_asU8());
        action.setResults(set.serializeBinary());
        response.setExtension$(action.serializeBinary());
        parts.responsePayload = response.serializeBinary();
      },
    };

    expect(send(nameless)).toEqual({
      status: common.Status.BAD_REQUEST,
      info: expect.stringContaining('no 3.1.5 peer can commit'),
    });
    expect(orderer.pending).toBe(0);
  });
});
