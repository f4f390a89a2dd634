import { createRequire } from 'node:module';
import { peer } from '@hyperledger/fabric-protos';
import type { ChaincodeStub } from 'fabric-shim';

const require = createRequire(createRequire(import.meta.url).resolve('fabric-shim'));
const shimProtos = require('@hyperledger/fabric-protos') as { peer: { ChaincodeMessage: new () => ShimMessage } };

// As numbers: in a process that loaded the shim's older protos first, the enumeration lacks these names.
const messageTypes = { writeBatchState: 24, getStateMultiple: 25 };

interface ShimMessage {
  setType(type: number): void;
  setPayload(payload: Uint8Array): void;
  setTxid(txId: string): void;
  setChannelId(channel: string): void;
}

interface MessageChannel {
  _askPeerAndListen(message: ShimMessage, method: string): Promise<Uint8Array>;
}

// The shim has no call for the batch messages of peer 3.1; they travel through its message channel, one at a time.
async function ask(stub: ChaincodeStub, type: number, payload: Uint8Array): Promise<Uint8Array> {
  const message = new shimProtos.peer.ChaincodeMessage();
  message.setType(type);
  message.setPayload(payload);
  message.setTxid(stub.getTxID());
  message.setChannelId(stub.getChannelID());
  const { handler } = stub as unknown as { handler: MessageChannel };
  return handler._askPeerAndListen(message, 'GetState');
}

/** Reads many keys with one message; absent keys come back empty. */
export async function getMultiple(stub: ChaincodeStub, keys: string[], collection: string): Promise<Uint8Array[]> {
  const request = new peer.GetStateMultiple();
  request.setKeysList(keys);
  request.setCollection(collection);
  const answer = await ask(stub, messageTypes.getStateMultiple, request.serializeBinary());
  return peer.GetStateMultipleResult.deserializeBinary(answer).getValuesList_asU8();
}

/** Writes one value under many keys with one message, and waits for the answer as every flush must. */
export async function writeBatch(stub: ChaincodeStub, keys: string[], value: Uint8Array): Promise<null> {
  const batch = new peer.WriteBatchState();
  batch.setRecList(
    keys.map((key) => {
      const record = new peer.WriteRecord();
      record.setType(peer.WriteRecord.Type.PUT_STATE);
      record.setKey(key);
      record.setValue(value);
      return record;
    }),
  );
  await ask(stub, messageTypes.writeBatchState, batch.serializeBinary());
  return null;
}
