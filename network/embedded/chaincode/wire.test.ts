import { peer } from '@hyperledger/fabric-protos';
import { createFrameReader, decodeMessage, encodeFrame } from './wire.ts';

const { Type } = peer.ChaincodeMessage;

function generated(): peer.ChaincodeMessage {
  const proposal = new peer.SignedProposal();
  proposal.setProposalBytes(Buffer.alloc(300, 1));
  proposal.setSignature(Buffer.from('signature'));
  const message = new peer.ChaincodeMessage();
  message.setType(Type.TRANSACTION);
  message.setChannelId('finance');
  message.setTxid('an id, not always hex: ü');
  message.setPayload(Buffer.alloc(20_000, 7));
  message.setProposal(proposal);
  return message;
}

test('a frame carries what the generated class writes', () => {
  const message = generated();
  const frame = encodeFrame({
    type: message.getType(),
    channelId: message.getChannelId(),
    txId: message.getTxid(),
    payload: message.getPayload_asU8(),
    proposal: message.getProposal()?.serializeBinary() ?? Buffer.alloc(0),
  });
  expect(frame.readUInt32BE(1)).toBe(frame.length - 5);
  expect(frame.subarray(5).equals(Buffer.from(message.serializeBinary()))).toBe(true);
});

test('a message is read as the generated class writes it, with its event', () => {
  const event = new peer.ChaincodeEvent();
  event.setEventName('paid');
  const message = generated();
  message.setType(Type.COMPLETED);
  message.setChaincodeEvent(event);
  const bytes = message.serializeBinary();
  const read = decodeMessage(bytes);
  expect(read).toMatchObject({ type: Type.COMPLETED, channelId: 'finance', txId: message.getTxid(), bytes });
  expect(Buffer.compare(read.payload, message.getPayload_asU8())).toBe(0);
  expect(peer.ChaincodeEvent.deserializeBinary(read.event ?? Buffer.alloc(0)).getEventName()).toBe('paid');
});

test.each([1, 4, 5, 6, 7_000, 100_000])('frames come out whole from chunks of %d bytes', (chunkSize) => {
  const messages = ['', 'a', 'b'.repeat(9_000), '', 'c'.repeat(70)];
  const stream = Buffer.concat(
    messages.map((text) => {
      const head = Buffer.alloc(5);
      head.writeUInt32BE(text.length, 1);
      return Buffer.concat([head, Buffer.from(text)]);
    }),
  );
  const found: string[] = [];
  const read = createFrameReader((bytes) => found.push(Buffer.from(bytes).toString()));
  for (let at = 0; at < stream.length; at += chunkSize) read(stream.subarray(at, at + chunkSize));
  expect(found).toEqual(messages);
});

test('a compressed frame is refused', () => {
  const read = createFrameReader(() => undefined);
  expect(() => read(Buffer.from([1, 0, 0, 0, 0]))).toThrow('compressed message');
});
