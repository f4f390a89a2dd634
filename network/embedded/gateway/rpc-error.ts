import { Metadata, type status } from '@grpc/grpc-js';
import { gateway, google } from '@hyperledger/fabric-protos';
import anyProtos from 'google-protobuf/google/protobuf/any_pb.js';

/** What one node had to say, for the details of an error. */
export interface ErrorDetail {
  address: string;
  mspId: string;
  message: string;
}

/** A gRPC error with the gateway's ErrorDetail messages in grpc-status-details-bin, where clients look for them. */
export class RpcError extends Error {
  readonly code: status;
  readonly metadata: Metadata;

  constructor(code: status, message: string, details: readonly ErrorDetail[] = []) {
    super(message);
    this.code = code;
    this.metadata = new Metadata();
    if (details.length > 0) this.metadata.set('grpc-status-details-bin', encodeDetails(code, message, details));
  }
}

function encodeDetails(code: status, message: string, details: readonly ErrorDetail[]): Buffer {
  const statusMessage = new google.rpc.Status();
  statusMessage.setCode(code);
  statusMessage.setMessage(message);
  for (const { address, mspId, message: text } of details) {
    const detail = new gateway.ErrorDetail();
    detail.setAddress(address);
    detail.setMspId(mspId);
    detail.setMessage(text);
    const any = new anyProtos.Any();
    any.pack(detail.serializeBinary(), 'gateway.ErrorDetail');
    statusMessage.addDetails(any);
  }
  return Buffer.from(statusMessage.serializeBinary());
}
