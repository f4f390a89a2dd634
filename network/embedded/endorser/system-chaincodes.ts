import { common, peer } from '@hyperledger/fabric-protos';
import { refuseAccess } from '../access.ts';
import type { Channel, Network } from '../context.ts';
import { queryLifecycle } from '../lifecycle/queries.ts';
import type { Proposal } from './proposal.ts';
import { QueryRefused } from './query-refused.ts';

type Query = (channel: Channel, argument: Uint8Array) => Uint8Array;

function blockBytes(block: common.Block | undefined, refusal: () => string): Uint8Array {
  if (!block) throw new QueryRefused(refusal());
  return block.serializeBinary();
}

const qsccQueries: Record<string, Query> = {
  GetChainInfo({ ledger }) {
    const info = new common.BlockchainInfo();
    info.setHeight(ledger.height);
    info.setCurrentblockhash(ledger.lastHeaderHash);
    info.setPreviousblockhash(ledger.lastHeader?.getPreviousHash_asU8() ?? new Uint8Array(0));
    return info.serializeBinary();
  },
  GetBlockByNumber({ ledger }, argument) {
    const text = Buffer.from(argument).toString();
    if (!/^\d+$/.test(text)) {
      throw new QueryRefused(
        `Failed to parse block number with error strconv.ParseUint: parsing "${text}": invalid syntax`,
      );
    }
    // The largest number means the newest block, as in a peer.
    const number = text === '18446744073709551615' ? ledger.height - 1 : Number(text);
    return blockBytes(
      ledger.getBlock(number),
      () => `Failed to get block number ${text}, error no such block number [${text}] in index`,
    );
  },
  GetBlockByHash({ ledger }, argument) {
    const hex = Buffer.from(argument).toString('hex');
    return blockBytes(
      ledger.getBlockByHash(argument),
      () =>
        `Failed to get block hash ${Buffer.from(argument).toString('latin1')}, error no such block hash [${hex}] in index`,
    );
  },
  GetBlockByTxID({ ledger }, argument) {
    const txId = Buffer.from(argument).toString();
    return blockBytes(
      ledger.getBlockByTxId(txId),
      () => `Failed to get block for txID ${txId}, error no such transaction ID [${txId}] in index`,
    );
  },
  GetTransactionByID({ ledger }, argument) {
    const txId = Buffer.from(argument).toString();
    const found = ledger.getTransaction(txId);
    if (!found) {
      throw new QueryRefused(
        `Failed to get transaction with id ${txId}, error no such transaction ID [${txId}] in index`,
      );
    }
    const transaction = new peer.ProcessedTransaction();
    transaction.setTransactionenvelope(common.Envelope.deserializeBinary(found.envelope));
    transaction.setValidationcode(found.code);
    return transaction.serializeBinary();
  },
};

function queryQscc(network: Network, { input, creatorIdentity }: Proposal): Uint8Array {
  const [functionBytes, channelBytes, argument] = input.getArgsList_asU8();
  if (!functionBytes || !channelBytes)
    throw new QueryRefused(`Incorrect number of arguments, ${input.getArgsList().length}`);
  const name = Buffer.from(functionBytes).toString();
  const channelId = Buffer.from(channelBytes).toString();
  if (name !== 'GetChainInfo' && !argument) throw new QueryRefused(`missing 3rd argument for ${name}`);
  const channel = network.channels.get(channelId);
  if (!channel) throw new QueryRefused(`Invalid chain ID, ${channelId}`);
  const refusal = creatorIdentity && refuseAccess(channel, 'Readers', { verified: creatorIdentity });
  if (refusal) throw new QueryRefused(`access denied for [${name}][${channelId}]: [${refusal}]`);
  const query = qsccQueries[name];
  if (!query) throw new QueryRefused(`Requested function ${name} not found.`);
  return query(channel, argument ?? new Uint8Array(0));
}

function queryCscc(network: Network, { input }: Proposal): Uint8Array {
  const args = input.getArgsList_asU8().map((argument) => Buffer.from(argument).toString());
  const [name, channelId = ''] = args;
  if (name === 'GetChannels') {
    const response = new peer.ChannelQueryResponse();
    for (const id of network.channels.keys()) {
      const info = new peer.ChannelInfo();
      info.setChannelId(id);
      response.addChannels(info);
    }
    return response.serializeBinary();
  }
  if (name === 'GetConfigBlock') {
    const channel = network.channels.get(channelId);
    if (!channel) throw new QueryRefused(`Unknown channel ID, ${channelId}`);
    return blockBytes(channel.ledger.getBlock(0), () => `Unknown channel ID, ${channelId}`);
  }
  throw new QueryRefused(`Requested function ${name} not found.`);
}

/** Answers qscc, cscc and the queries of _lifecycle; a refusal is a response of status 500. */
export function runSystemChaincode(network: Network, proposal: Proposal): peer.Response {
  const response = new peer.Response();
  try {
    const { chaincodeName } = proposal;
    const payload =
      chaincodeName === 'qscc'
        ? queryQscc(network, proposal)
        : chaincodeName === 'cscc'
          ? queryCscc(network, proposal)
          : queryLifecycle(network, proposal);
    response.setStatus(200);
    response.setPayload(payload);
  } catch (error) {
    if (!(error instanceof QueryRefused)) throw error;
    response.setStatus(500);
    response.setMessage(error.message);
  }
  return response;
}
