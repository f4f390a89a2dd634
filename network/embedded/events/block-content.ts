import { common, peer } from '@hyperledger/fabric-protos';

/** A transaction of a block, as far as events and filtered blocks need it. */
export interface BlockTransaction {
  channelId: string;
  txId: string;
  type: number;
  validationCode: number;
  /** One entry an action; undefined where the chaincode set no event. */
  events: (peer.ChaincodeEvent | undefined)[];
}

function readEvents(transactionBytes: Uint8Array): (peer.ChaincodeEvent | undefined)[] {
  return peer.Transaction.deserializeBinary(transactionBytes)
    .getActionsList()
    .map((action) => {
      const endorsed = peer.ChaincodeActionPayload.deserializeBinary(action.getPayload_asU8()).getAction();
      if (!endorsed) return undefined;
      const payload = peer.ProposalResponsePayload.deserializeBinary(endorsed.getProposalResponsePayload_asU8());
      const events = peer.ChaincodeAction.deserializeBinary(payload.getExtension_asU8()).getEvents_asU8();
      if (events.length === 0) return undefined;
      const event = peer.ChaincodeEvent.deserializeBinary(events);
      return event.getChaincodeId() ? event : undefined;
    });
}

/** Reads the transactions of a block; an envelope too broken to have a header is left out, as a peer leaves it. */
export function readTransactions(block: common.Block): BlockTransaction[] {
  const codes =
    block.getMetadata()?.getMetadataList_asU8()[common.BlockMetadataIndex.TRANSACTIONS_FILTER] ?? new Uint8Array(0);
  const transactions: BlockTransaction[] = [];
  for (const [index, bytes] of (block.getData()?.getDataList_asU8() ?? []).entries()) {
    try {
      const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(bytes).getPayload_asU8());
      const header = payload.getHeader();
      if (!header) continue;
      const channelHeader = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8());
      const type = channelHeader.getType();
      transactions.push({
        channelId: channelHeader.getChannelId(),
        txId: channelHeader.getTxId(),
        type,
        validationCode: codes[index] ?? 255,
        events: type === common.HeaderType.ENDORSER_TRANSACTION ? readEvents(payload.getData_asU8()) : [],
      });
    } catch {
      // Whatever a client had ordered, the block is still to be delivered.
    }
  }
  return transactions;
}

/** The filtered form of a block: no payloads, arguments or results. */
export function filterBlock(block: common.Block): peer.FilteredBlock {
  const filtered = new peer.FilteredBlock();
  filtered.setNumber(block.getHeader()?.getNumber() ?? 0);
  for (const transaction of readTransactions(block)) {
    filtered.setChannelId(transaction.channelId);
    const entry = new peer.FilteredTransaction();
    entry.setTxid(transaction.txId);
    entry.setType(transaction.type as ReturnType<typeof entry.getType>);
    entry.setTxValidationCode(transaction.validationCode as ReturnType<typeof entry.getTxValidationCode>);
    if (transaction.type === common.HeaderType.ENDORSER_TRANSACTION) {
      const actions = new peer.FilteredTransactionActions();
      for (const event of transaction.events) {
        if (!event) continue;
        const bare = new peer.ChaincodeEvent();
        bare.setTxId(event.getTxId());
        bare.setChaincodeId(event.getChaincodeId());
        bare.setEventName(event.getEventName());
        const action = new peer.FilteredChaincodeAction();
        action.setChaincodeEvent(bare);
        actions.addChaincodeActions(action);
      }
      entry.setTransactionActions(actions);
    }
    filtered.addFilteredTransactions(entry);
  }
  return filtered;
}
