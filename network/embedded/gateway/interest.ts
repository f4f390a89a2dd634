import { common, ledger } from '@hyperledger/fabric-protos';
import { isSystemChaincode } from '../context.ts';
import type { SimulationResult } from '../ledger/types.ts';
import type { ChaincodeCall } from './layouts.ts';

interface NamespaceUse {
  /** By collection, the empty name being public state: whether that policy must be satisfied. */
  required: Map<string, boolean>;
  keyPolicies: common.SignaturePolicyEnvelope[];
}

/** The calls an endorsement plan must satisfy, as an endorser derives its ChaincodeInterest: namespaces read or written, their collections, and policies of written keys. */
export function interestOf(simulation: SimulationResult): ChaincodeCall[] {
  const uses = new Map<string, NamespaceUse>();
  const useOf = (namespace: string, publicRequired: boolean): NamespaceUse => {
    let use = uses.get(namespace);
    if (!use) {
      use = { required: new Map([['', publicRequired]]), keyPolicies: [] };
      uses.set(namespace, use);
    }
    return use;
  };
  for (const { namespace, collection, policy } of simulation.writtenKeys) {
    const use = useOf(namespace, false);
    if (policy) use.keyPolicies.push(common.SignaturePolicyEnvelope.deserializeBinary(policy));
    else use.required.set(collection, true);
  }
  // A namespace that is only read still asks for its policy.
  for (const entry of ledger.rwset.TxReadWriteSet.deserializeBinary(simulation.rwset).getNsRwsetList()) {
    useOf(entry.getNamespace(), true);
  }
  for (const [namespace, collections] of Object.entries(simulation.privateReads)) {
    for (const collection of collections) useOf(namespace, true).required.set(collection, true);
  }
  return [...uses]
    .filter(([name]) => !isSystemChaincode(name))
    .flatMap(([name, use]) => callsOf(name, use, simulation.privateReads[name] ?? []));
}

function callsOf(name: string, { required, keyPolicies }: NamespaceUse, privateReads: string[]): ChaincodeCall[] {
  const calls: ChaincodeCall[] = [];
  const isPublicRequired = required.get('') === true;
  if (keyPolicies.length > 0) calls.push({ name, keyPolicies, disregardsNamespacePolicy: !isPublicRequired });
  else if (isPublicRequired) calls.push({ name });
  for (const collection of required.keys()) {
    if (collection) calls.push({ name, collection, hasNoPrivateReads: !privateReads.includes(collection) });
  }
  return calls;
}
