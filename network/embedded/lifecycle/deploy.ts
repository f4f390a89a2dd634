import { randomBytes } from 'node:crypto';
import { common, peer } from '@hyperledger/fabric-protos';
import timestampProtos from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type { Signer } from '../../identity/signer.ts';
import { protoField, sha256 } from '../bytes.ts';
import type { Channel, Network } from '../context.ts';
import type { Deployment } from '../control-client.ts';
import { computeTxId } from '../endorser/proposal.ts';
import { lifecycleNamespace, writeDefinition } from '../ledger/lifecycle.ts';
import { applicationPolicyBytes } from '../ledger/policy/policy-text.ts';
import type { ChaincodeDefinition } from '../ledger/types.ts';
import { createCollections } from './collections.ts';

/** A deployment the network refuses, with the lifecycle's own words where it has some. */
export class DeployRefused extends Error {}

/** Commits a chaincode definition in a block of its own: proposed by an admin, endorsed by every peer of the channel. Refuses a sequence that is not the next. */
export function commitDefinition(
  network: Network,
  channel: Channel,
  { deployment, admin }: { deployment: Deployment; admin: Signer },
): { blockNumber: number } {
  const { name, version, sequence, policy, collections } = deployment;
  const current = channel.ledger.getDefinition(name)?.sequence ?? 0;
  if (sequence !== current + 1) {
    throw new DeployRefused(`requested sequence is ${sequence}, but new definition must be sequence ${current + 1}`);
  }
  const definition: ChaincodeDefinition = {
    name,
    version,
    sequence,
    endorsementPlugin: 'escc',
    validationPlugin: 'vscc',
    initRequired: false,
    validationParameter: applicationPolicyBytes(policy),
    collections: createCollections(collections ?? []),
  };
  const envelope = createTransaction(network, channel, { definition, admin });
  const result = channel.orderer.commitNow([envelope]);
  const [code] = result.validationCodes;
  if (code !== peer.TxValidationCode.VALID) {
    throw new DeployRefused(`the definition of ${name} was invalidated with code ${code}`);
  }
  return { blockNumber: result.blockNumber };
}

function lifecycleInput(definition: ChaincodeDefinition): Uint8Array {
  const args = new peer.lifecycle.CommitChaincodeDefinitionArgs();
  args.setSequence(definition.sequence);
  args.setName(definition.name);
  args.setVersion(definition.version);
  args.setEndorsementPlugin(definition.endorsementPlugin);
  args.setValidationPlugin(definition.validationPlugin);
  args.setValidationParameter(definition.validationParameter);
  if (definition.collections) args.setCollections(definition.collections);
  const input = new peer.ChaincodeInput();
  input.setArgsList([Buffer.from('CommitChaincodeDefinition'), args.serializeBinary()]);
  const spec = new peer.ChaincodeSpec();
  spec.setChaincodeId(chaincodeId());
  spec.setInput(input);
  const invocation = new peer.ChaincodeInvocationSpec();
  invocation.setChaincodeSpec(spec);
  return invocation.serializeBinary();
}

function chaincodeId(version = ''): peer.ChaincodeID {
  const id = new peer.ChaincodeID();
  id.setName(lifecycleNamespace);
  id.setVersion(version);
  return id;
}

function createHeader(network: Network, channel: Channel, creator: Uint8Array) {
  const nonce = randomBytes(24);
  const signatureHeader = new common.SignatureHeader();
  signatureHeader.setCreator(creator);
  signatureHeader.setNonce(nonce);
  const extension = new peer.ChaincodeHeaderExtension();
  extension.setChaincodeId(chaincodeId());
  const txId = computeTxId(nonce, creator);
  const channelHeader = new common.ChannelHeader();
  channelHeader.setType(common.HeaderType.ENDORSER_TRANSACTION);
  channelHeader.setVersion(1);
  channelHeader.setChannelId(channel.id);
  channelHeader.setTxId(txId);
  channelHeader.setTimestamp(timestampProtos.Timestamp.fromDate(new Date(network.clock.now())));
  channelHeader.setExtension$(extension.serializeBinary());
  return { txId, channelHeader: channelHeader.serializeBinary(), signatureHeader: signatureHeader.serializeBinary() };
}

function createTransaction(
  network: Network,
  channel: Channel,
  { definition, admin }: { definition: ChaincodeDefinition; admin: Signer },
): common.Envelope {
  const header = createHeader(network, channel, admin.serialized);
  const members = [...network.peers.values()].filter(({ mspId }) => channel.ledger.organizations.includes(mspId));
  const simulator = channel.ledger.newSimulator({ txId: header.txId, mspId: members[0]?.mspId ?? '' });
  writeDefinition(
    {
      get: (key) => simulator.getState(lifecycleNamespace, key),
      put: (key, value) => simulator.putState(lifecycleNamespace, key, value),
    },
    definition,
  );
  const { rwset } = simulator.done();

  const invocation = lifecycleInput(definition);
  const response = new peer.Response();
  response.setStatus(200);
  const action = Buffer.concat([
    protoField(1, rwset),
    protoField(3, response.serializeBinary()),
    protoField(4, chaincodeId('syscc').serializeBinary()),
  ]);
  const hash = sha256(header.channelHeader, header.signatureHeader, protoField(1, invocation));
  const payload = Buffer.concat([protoField(1, hash), protoField(2, action)]);
  const endorsements = members.map(({ signer }) => {
    const endorsement = new peer.Endorsement();
    endorsement.setEndorser(signer.serialized);
    endorsement.setSignature(signer.sign(Buffer.concat([payload, signer.serialized])));
    return protoField(2, endorsement.serializeBinary());
  });
  const endorsed = Buffer.concat([protoField(1, payload), ...endorsements]);
  const actionPayload = Buffer.concat([protoField(1, protoField(1, invocation)), protoField(2, endorsed)]);
  const transactionAction = Buffer.concat([protoField(1, header.signatureHeader), protoField(2, actionPayload)]);
  const headers = Buffer.concat([protoField(1, header.channelHeader), protoField(2, header.signatureHeader)]);
  const envelopePayload = Buffer.concat([protoField(1, headers), protoField(2, protoField(1, transactionAction))]);
  const envelope = new common.Envelope();
  envelope.setPayload(envelopePayload);
  envelope.setSignature(admin.sign(envelopePayload));
  return envelope;
}
