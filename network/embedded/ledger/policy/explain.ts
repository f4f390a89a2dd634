import type { X509Certificate } from 'node:crypto';
import type { Identity, PolicyReport, PolicyRequest } from '../types.ts';
import type { PolicyResolver } from './resolver.ts';

/** Reports on every policy that a write of this kind must satisfy, were it signed by one peer of each organisation. */
export function explainPolicies(request: PolicyRequest, policies: PolicyResolver): PolicyReport[] {
  const signers = request.signers.map((mspId) => peerOf(mspId));
  const { namespace, collections = [], keyPolicies = [] } = request;
  const wanted = [
    ...(request.disregardNamespacePolicy ? [] : [policies.chaincode(namespace)]),
    ...collections.map((collection) => policies.collection(namespace, collection)),
    ...keyPolicies.map((bytes) => policies.evaluator.signature(bytes)),
  ];
  return wanted.map((policy) => policy.report(signers));
}

// Stands for "some peer of this organisation" where a plan is weighed before anybody has signed.
function peerOf(mspId: string): Identity {
  return {
    mspId,
    id: mspId,
    get certificate(): X509Certificate {
      throw new Error(`the peer of ${mspId} is only assumed and has no certificate`);
    },
    organizationalUnits: ['peer'],
    invalidReason: undefined,
    hasRole: (role) => role === 'MEMBER' || role === 'PEER',
    verify: () => false,
  };
}
