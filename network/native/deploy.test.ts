import { createHash } from 'node:crypto';
import { peer } from '@hyperledger/fabric-protos';
import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { resolve } from '../config/resolve.ts';
import { createChaincodePackage } from './chaincode-package.ts';
import { type Deployment, definedVersions } from './definitions.ts';
import { deploy } from './deploy.ts';
import type { Member } from './members.ts';
import { NodeError } from './node-client.ts';
import type { Call } from './proposal.ts';

const { lifecycle, TxValidationCode } = peer;
const digest = createHash('sha256').digest('hex');
const [cedar] = resolve(readNetworkFile(defaultNetworkFile)).organizations;
const deploymentOf = (name: string): Deployment => ({
  name,
  channel: 'finance',
  policy: "OR('CedarMSP.peer')",
  version: '1.1',
  package: createChaincodePackage(name, '1.1', digest),
});

/** A channel of one member whose peer commits what its orderer gets; `trouble` may refuse a question or a commit. */
function createWorld(trouble: { question?(committed: number): void; commit?(name: string): Promise<number> }) {
  const committed: string[] = [];
  const orders = new Map<string, Call>();
  const answers: Record<string, () => { serializeBinary(): Uint8Array }> = {
    QueryChaincodeDefinitions: () => {
      trouble.question?.(committed.length);
      const result = new lifecycle.QueryChaincodeDefinitionsResult();
      result.setChaincodeDefinitionsList(
        committed.map((name) => {
          const definition = new lifecycle.QueryChaincodeDefinitionsResult.ChaincodeDefinition();
          definition.setName(name);
          definition.setVersion('1.1');
          definition.setSequence(1);
          return definition;
        }),
      );
      return result;
    },
    QueryInstalledChaincodes: () => new lifecycle.QueryInstalledChaincodesResult(),
    InstallChaincode: () => new lifecycle.InstallChaincodeResult(),
    CheckCommitReadiness: () => {
      const result = new lifecycle.CheckCommitReadinessResult();
      result.getApprovalsMap().set('CedarMSP', true);
      return result;
    },
  };
  const client = {
    query: async (_signer: unknown, call: Call) => answers[String(call.args[0])]?.().serializeBinary(),
    endorse: async ({ txId, proposal }: { txId: string; proposal: peer.Proposal }) => {
      orders.set(txId, callOf(proposal));
      return new peer.ProposalResponse();
    },
    commitStatus: async (_signer: unknown, _channel: string, txId: string) => {
      const proposed = orders.get(txId);
      if (proposed?.args[0] !== 'CommitChaincodeDefinition') return TxValidationCode.VALID;
      const name = lifecycle.CommitChaincodeDefinitionArgs.deserializeBinary(proposed.args[1] as Uint8Array).getName();
      const code = (await trouble.commit?.(name)) ?? TxValidationCode.VALID;
      if (code === TxValidationCode.VALID) committed.push(name);
      return code;
    },
  };
  const member = {
    organization: cedar,
    admin: { mspId: 'CedarMSP', serialized: Buffer.from('cedar'), sign: () => Buffer.from('signature') },
    peers: [{ index: 0, client }],
    peer: client,
    peerName: 'cedar',
    orderer: { broadcast: async () => {} },
  } as unknown as Member;
  return { members: [member], committed };
}

function callOf(proposal: peer.Proposal): Call {
  const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
  const invocation = peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8());
  const [name = new Uint8Array(), argument = new Uint8Array()] =
    invocation.getChaincodeSpec()?.getInput()?.getArgsList_asU8() ?? [];
  return { chaincode: '_lifecycle', args: [Buffer.from(name).toString(), argument] };
}

describe('deploying', () => {
  test('bears with a peer that restarts once the definitions are committed', async () => {
    let refusals = 0;
    const { members } = createWorld({
      question: (committed) => {
        if (committed === 1 && refusals < 2) {
          refusals += 1;
          throw new NodeError('The peer of cedar at 127.0.0.1:7051: 14 UNAVAILABLE: Connection dropped');
        }
      },
    });

    expect(await deploy(members, [deploymentOf('cedar')])).toEqual(['cedar']);
    expect(refusals).toBe(2);
  });

  test('but not with one that refuses', async () => {
    const { members } = createWorld({
      question: (committed) => {
        if (committed === 1) throw new NodeError('The peer of cedar refused: 500 access denied');
      },
    });

    await expect(deploy(members, [deploymentOf('cedar')])).rejects.toThrow('access denied');
  });

  test('fails only when no commit is under way any more, so that what is in force can be asked', async () => {
    const pause = Promise.withResolvers<number>();
    const { members, committed } = createWorld({
      commit: (name) => {
        if (name === 'maple') return pause.promise;
        setTimeout(() => pause.resolve(TxValidationCode.VALID), 200);
        return Promise.resolve(TxValidationCode.BAD_RWSET);
      },
    });

    const failed = deploy(members, ['cedar', 'maple'].map(deploymentOf));

    await expect(failed).rejects.toThrow('came out as BAD_RWSET');
    expect(committed).toEqual(['maple']);
    expect(await definedVersions(members, [deploymentOf('maple')])).toEqual(['1.1']);
    expect(await definedVersions(members, [deploymentOf('cedar')])).toEqual([]);
  });
});
