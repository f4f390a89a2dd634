import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { common, peer } from '@hyperledger/fabric-protos';
import { createDispatch } from '@tangram/chaincode/core/dispatch.ts';
import type { Peer } from '@tangram/chaincode/core/peer.ts';
import { operations } from '@tangram/chaincode/operations.ts';
import { judgeClocks } from '../commands/doctor-checks.ts';
import { defaultNetworkFile, readNetworkFile } from '../config/network-file.ts';
import { identitiesOf, type ResolvedNetwork, resolve } from '../config/resolve.ts';
import { organizationPaths } from '../identity/layout.ts';
import { ensureOrganizations } from '../identity/organizations.ts';
import { perPeer, withMembers } from './members.ts';
import { peerClocks } from './peer-clocks.ts';

type Call = grpc.ServerUnaryCall<peer.SignedProposal, peer.ProposalResponse>;
type Answer = grpc.sendUnaryData<peer.ProposalResponse>;

describe('peerClocks', () => {
  let folder: string;
  let network: ResolvedNetwork;
  let server: grpc.Server | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-clocks-'));
    const all = resolve(readNetworkFile(defaultNetworkFile), undefined, 'cedar');
    network = { ...all, organizations: all.organizations.slice(0, 2) };
    await ensureOrganizations(folder, identitiesOf(network));
  });
  afterEach(() => server?.forceShutdown());
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** Serves maple's peer, whose chaincode is the real one by a clock that is off. */
  async function serveMaple(answer: (call: Call) => Promise<[number, string]>): Promise<void> {
    server = new grpc.Server();
    server.addService(peer.EndorserService as unknown as grpc.ServiceDefinition, {
      processProposal: async (call: Call, reply: Answer) => {
        const [status, message] = await answer(call);
        const response = new peer.Response();
        response.setStatus(status);
        response.setMessage(message);
        const proposed = new peer.ProposalResponse();
        proposed.setResponse(response);
        reply(null, proposed);
      },
    });
    const { peerTls } = organizationPaths(folder, 'maple');
    const [key, chain] = ['server.key', 'server.crt'].map((file) => readFileSync(join(peerTls, file))) as [
      Buffer,
      Buffer,
    ];
    const credentials = grpc.ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: chain }]);
    const [, maple] = network.organizations;
    const port = await new Promise<number>((done, fail) =>
      server?.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? fail(error) : done(bound))),
    );
    if (maple) maple.peers[0].port = port;
  }

  function chaincodeAhead(seconds: number) {
    const dispatch = createDispatch(operations, () => Date.now() + seconds * 1000);
    return async ({ request }: Call): Promise<[number, string]> => {
      const proposal = peer.Proposal.deserializeBinary(request.getProposalBytes_asU8());
      const header = common.Header.deserializeBinary(proposal.getHeader_asU8());
      const { timestamp } = common.ChannelHeader.deserializeBinary(header.getChannelHeader_asU8()).toObject();
      const payload = peer.ChaincodeProposalPayload.deserializeBinary(proposal.getPayload_asU8());
      const invocation = peer.ChaincodeInvocationSpec.deserializeBinary(payload.getInput_asU8());
      const [operation, argument] = (invocation.getChaincodeSpec()?.getInput()?.getArgsList_asU8() ?? []).map((each) =>
        Buffer.from(each).toString(),
      );
      const timestampMilliseconds = (timestamp?.seconds ?? 0) * 1000;
      const asked = { channel: 'finance', namespace: 'cedar', timestampMilliseconds } as Peer;
      return dispatch(asked, operation ?? '', argument ?? '').then(
        (result) => [200, result],
        (error: Error) => [500, error.message],
      );
    };
  }

  const ask = () =>
    withMembers(network, folder, (members) =>
      peerClocks(
        perPeer(members).filter(({ organization }) => organization.name === 'maple'),
        { name: 'cedar', channel: 'finance' },
      ),
    );

  test.each([
    { ahead: 0, ok: true, says: 'the peer of maple within 30 s of this machine' },
    { ahead: 20, ok: true, says: 'the peer of maple within 30 s of this machine' },
    { ahead: 7_200, ok: false, says: /the peer of maple is (71\d\d|7200) s ahead/ },
    { ahead: -45, ok: false, says: /the peer of maple is 4\d s behind/ },
    { ahead: -86_400, ok: false, says: /the peer of maple is 86(39\d|400) s behind/ },
  ])('hears from another bank’s chaincode that its clock is $ahead s ahead', async ({ ahead, ok, says }) => {
    await serveMaple(chaincodeAhead(ahead));

    const finding = judgeClocks(await ask());

    expect(finding.ok).toBe(ok);
    expect(finding.detail).toMatch(says);
    expect(finding.isNote).toBeUndefined();
  });

  test('takes another refusal for no clock', async () => {
    await serveMaple(async () => [500, 'make sure the chaincode cedar has been successfully defined']);

    expect(await ask()).toEqual({ told: [], silent: ['the peer of maple'] });
  });
});
