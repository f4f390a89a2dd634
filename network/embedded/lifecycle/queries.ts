import { peer } from '@hyperledger/fabric-protos';
import { refuseAccess } from '../access.ts';
import type { Network } from '../context.ts';
import type { Proposal } from '../endorser/proposal.ts';
import { QueryRefused } from '../endorser/query-refused.ts';
import type { ChaincodeDefinition } from '../ledger/types.ts';

type Description =
  | peer.lifecycle.QueryChaincodeDefinitionResult
  | peer.lifecycle.QueryChaincodeDefinitionsResult.ChaincodeDefinition;

function describe<Result extends Description>(result: Result, definition: ChaincodeDefinition): Result {
  result.setSequence(definition.sequence);
  result.setVersion(definition.version);
  result.setEndorsementPlugin(definition.endorsementPlugin);
  result.setValidationPlugin(definition.validationPlugin);
  result.setValidationParameter(definition.validationParameter);
  result.setInitRequired(definition.initRequired);
  if (definition.collections) result.setCollections(definition.collections);
  return result;
}

/** Answers QueryChaincodeDefinition and QueryChaincodeDefinitions of _lifecycle; refuses everything else by name. */
export function queryLifecycle(network: Network, { channelId, input, creatorIdentity }: Proposal): Uint8Array {
  const [nameBytes, argument = new Uint8Array(0)] = input.getArgsList_asU8();
  const name = Buffer.from(nameBytes ?? []).toString();
  const channel = network.channels.get(channelId);
  if (!channel)
    throw new QueryRefused(`Failed to authorize invocation due to failed ACL check: channel '${channelId}' not found`);
  const refusal = creatorIdentity && refuseAccess(channel, 'Writers', { verified: creatorIdentity });
  if (refusal) throw new QueryRefused(`Failed to authorize invocation due to failed ACL check: ${refusal}`);
  if (name === 'QueryChaincodeDefinition') {
    const wanted = peer.lifecycle.QueryChaincodeDefinitionArgs.deserializeBinary(argument).getName();
    const definition = channel.ledger.getDefinition(wanted);
    if (!definition) throw new QueryRefused(`namespace ${wanted} is not defined`);
    const result = describe(new peer.lifecycle.QueryChaincodeDefinitionResult(), definition);
    // Whoever has committed a definition here has approved it.
    for (const mspId of channel.ledger.organizations) result.getApprovalsMap().set(mspId, true);
    return result.serializeBinary();
  }
  if (name === 'QueryChaincodeDefinitions') {
    const result = new peer.lifecycle.QueryChaincodeDefinitionsResult();
    for (const definition of channel.ledger.listDefinitions()) {
      const entry = describe(new peer.lifecycle.QueryChaincodeDefinitionsResult.ChaincodeDefinition(), definition);
      entry.setName(definition.name);
      result.addChaincodeDefinitions(entry);
    }
    return result.serializeBinary();
  }
  throw new QueryRefused(`${name} is not offered by the embedded network: deploy through its control port`);
}
