import { createHash } from 'node:crypto';
import { type Contract, checkpointers, type EndorseError, type GatewayError } from '@hyperledger/fabric-gateway';
import { common, gateway, msp, peer } from '@hyperledger/fabric-protos';
import { startTestNetwork, type TestNetwork } from './fixtures/network.ts';

const policy = "OutOf(2, 'CedarMSP.peer', 'MapleMSP.peer', 'PineMSP.peer')";
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('embedded network', () => {
  let net: TestNetwork;
  let contract: Contract;

  beforeAll(async () => {
    net = await startTestNetwork(['cedar', 'maple', 'pine']);
    const { basic, other } = net.addresses;
    const common = { version: '1', sequence: 1, policy };
    await net.embedded.deploy({ channel: 'finance', name: 'basic', packageId: 'basic_1', servers: basic, ...common });
    await net.embedded.deploy({ channel: 'finance', name: 'other', packageId: 'other_1', servers: other, ...common });
    await net.embedded.deploy({ channel: 'audit', name: 'other', packageId: 'other_1', servers: other, ...common });
    contract = net.client('cedar').getNetwork('finance').getContract('basic');
  });

  afterAll(() => net.close());

  const evaluate = async (name: string, ...args: string[]) => text(await contract.evaluateTransaction(name, ...args));
  const failure = async (attempt: Promise<unknown>): Promise<GatewayError> => {
    try {
      await attempt;
    } catch (error) {
      return error as GatewayError;
    }
    throw new Error('expected a refusal');
  };

  describe('evaluate', () => {
    test('answers a contract error with UNKNOWN and the chaincode response in the details', async () => {
      const error = await failure(contract.evaluateTransaction('fail', 'no funds'));

      expect(error.code).toBe(2);
      expect(error.details).toEqual([
        {
          address: expect.stringMatching(/^127\.0\.0\.1:\d+$/),
          mspId: 'CedarMSP',
          message: 'chaincode response 500, no funds',
        },
      ]);
    });

    test('refuses an unknown chaincode with FAILED_PRECONDITION and an unknown channel with UNAVAILABLE', async () => {
      const client = net.client('cedar');
      const chaincode = client.getNetwork('finance').getContract('absent').evaluateTransaction('get', 'k');
      const channel = client.getNetwork('absent').getContract('basic').evaluateTransaction('get', 'k');

      expect(await failure(chaincode)).toMatchObject({ code: 9 });
      expect(await failure(channel)).toMatchObject({ code: 14 });
    });

    test('refuses a rich query as a peer on LevelDB does', async () => {
      const error = await failure(contract.evaluateTransaction('query'));

      expect(error.details[0]?.message).toContain('ExecuteQuery not supported for leveldb');
    });

    test('runs where the chaincode is when the own organisation has none', async () => {
      const elsewhere = net.client('willow').getNetwork('finance').getContract('basic');

      expect(text(await elsewhere.evaluateTransaction('get', 'nothing'))).toBe('');
    });
  });

  describe('submit', () => {
    test('commits and reads back, with the history newest first', async () => {
      await contract.submitTransaction('put', 'history', 'one');
      await contract.submitTransaction('del', 'history');
      await contract.submitTransaction('put', 'history', 'two');

      expect(await evaluate('get', 'history')).toBe('two');
      expect(await evaluate('history', 'history')).toBe('two,deleted,one');
    });

    test('batches range results beyond a hundred and pages by bookmark', async () => {
      await contract.submitTransaction('fill', 'range', '250');

      expect((await evaluate('range', 'range', 'rangf')).split(',')).toHaveLength(250);
      expect(await evaluate('page', 'range', 'rangf', '2')).toBe('range0000=0,range0001=1|2|range0002');
      expect(await evaluate('page', 'range', 'rangf', '2', 'range0248')).toBe('range0248=248,range0249=249|2|');
    });

    test('aborts with details when chaincode refuses', async () => {
      const error = await failure(contract.submitTransaction('fail', 'no funds'));

      expect(error.code).toBe(10);
      expect(error.details).toMatchObject([{ mspId: 'CedarMSP', message: 'chaincode response 500, no funds' }]);
    });

    test('aborts when endorsers disagree', async () => {
      const error = await failure(contract.submitTransaction('random', 'r'));

      expect(error.code).toBe(10);
      expect(error.details[0]?.message).toBe('ProposalResponsePayloads do not match');
    });

    test('endorses with exactly the peers the policy needs, or those the client names', async () => {
      const planned = await contract.newProposal('put', { arguments: ['p', '1'] }).endorse();
      const named = await contract
        .newProposal('put', { arguments: ['p', '1'], endorsingOrganizations: ['PineMSP'] })
        .endorse();

      expect(endorsersOf(planned.getBytes())).toEqual(['CedarMSP', 'MapleMSP']);
      expect(endorsersOf(named.getBytes())).toEqual(['PineMSP']);
      const status = await (await named.submit()).getStatus();
      expect(status.code).toBe(peer.TxValidationCode.ENDORSEMENT_POLICY_FAILURE);
    });

    test('names the organisations without an endorser', async () => {
      const proposal = contract.newProposal('put', {
        arguments: ['p', '1'],
        endorsingOrganizations: ['WillowMSP', 'CedarMSP'],
      });

      expect(await failure(proposal.endorse())).toMatchObject({
        code: 14,
        message: expect.stringContaining('failed to find any endorsing peers for org(s): WillowMSP'),
      });
    });

    test('loses one of two conflicting transactions of a block and says why', async () => {
      await contract.submitTransaction('put', 'contended', '1');
      const channel = net.embedded.network.channels.get('finance');
      channel?.orderer.pause();
      const endorse = () => contract.newProposal('add', { arguments: ['contended', '1'] }).endorse();
      const [first, second] = [await endorse(), await endorse()];
      const commits = [await first.submit(), await second.submit()];
      channel?.orderer.resume();
      const statuses = await Promise.all(commits.map((commit) => commit.getStatus()));

      expect(statuses.map(({ code }) => code)).toEqual([0, peer.TxValidationCode.MVCC_READ_CONFLICT]);
      expect(channel?.ledger.why(second.getTransactionId())?.conflict).toMatchObject({
        key: 'contended',
        writtenBy: first.getTransactionId(),
      });
    });

    test('calls another chaincode of the channel with both policies, and another channel to read', async () => {
      await contract.submitTransaction('call', 'other', '', 'put', 'called', 'yes');
      await net.client('cedar').getNetwork('audit').getContract('other').submitTransaction('put', 'called', 'audit');

      expect(await evaluate('call', 'other', '', 'get', 'called')).toBe('yes');
      expect(await evaluate('call', 'other', 'audit', 'get', 'called')).toBe('audit');
    });
  });

  describe('identity', () => {
    test("refuses a peer's identity as a writer", async () => {
      const peerContract = net.client('cedar', { user: 'peer' }).getNetwork('finance').getContract('basic');

      const error = await failure(peerContract.evaluateTransaction('get', 'k'));
      expect(error.code).toBe(9);
      expect(error.details[0]?.message).toContain(
        "this policy requires 1 of the 'Writers' sub-policies to be satisfied",
      );
    });

    test('refuses a forged signature, and a duplicate transaction', async () => {
      const proposal = contract.newProposal('put', { arguments: ['forged', '1'] });
      const forged = net.client('cedar').newSignedProposal(proposal.getBytes(), Buffer.from('3006020101020101', 'hex'));
      const endorsed = await proposal.endorse();
      await (await endorsed.submit()).getStatus();

      expect((await failure(forged.evaluate())).details[0]?.message).toContain(
        'access denied: channel [finance] creator org [CedarMSP]',
      );
      expect((await failure(proposal.endorse())).details[0]?.message).toContain('duplicate transaction found');
    });

    test('refuses an expired identity when the clock has moved beyond its certificate', async () => {
      const { clock } = net.embedded.network;
      clock.setOffset(20 * 365 * 24 * 3600 * 1000);
      const error = await failure(contract.submitTransaction('put', 'late', '1'));
      clock.setOffset(0);

      expect(error.details[0]?.message).toBe('proposal client identity expired');
    });
  });

  describe('private data', () => {
    const collection = '_implicit_org_CedarMSP';

    test('stays with its owner; others read the hash', async () => {
      await contract.submit('putPrivate', {
        arguments: [collection, 'secret'],
        transientData: { value: 'salted' },
        endorsingOrganizations: ['CedarMSP'],
      });
      const maple = net.client('maple').getNetwork('finance').getContract('basic');

      expect(await evaluate('getPrivate', collection, 'secret')).toBe('salted');
      expect(text(await maple.evaluateTransaction('getPrivateHash', collection, 'secret'))).toBe(
        createHash('sha256').update('salted').digest('hex'),
      );
      expect((await failure(maple.evaluateTransaction('getPrivate', collection, 'secret'))).code).toBe(2);
    });

    test('will not send transient data beyond the collection without being told to', async () => {
      const error = await failure(
        contract.submit('putPrivate', { arguments: [collection, 'x'], transientData: { value: 'y' } }),
      );

      expect(error.code).toBe(9);
      expect(error.message).toContain(
        'requires endorsement from organisation(s) that are not in the distribution policy',
      );
    });
  });

  describe('events', () => {
    test('replays chaincode events from a block, resumes at a checkpoint, hides those of invalid transactions', async () => {
      const network = net.client('cedar').getNetwork('finance');
      const start = BigInt(net.embedded.network.channels.get('finance')?.ledger.height ?? 0);
      for (const name of ['a', 'b', 'c']) await contract.submitTransaction('event', name, name);
      const invalid = contract.newProposal('event', { arguments: ['x', 'x'], endorsingOrganizations: ['CedarMSP'] });
      await (await (await invalid.endorse()).submit()).getStatus();
      await contract.submitTransaction('event', 'd', 'd');
      const checkpoint = checkpointers.inMemory();
      const read = async (count: number) => {
        const names: string[] = [];
        const events = await network.getChaincodeEvents('basic', { startBlock: start, checkpoint });
        for await (const event of events) {
          names.push(event.eventName);
          checkpoint.checkpointChaincodeEvent(event);
          if (names.length === count) break;
        }
        events.close();
        return names;
      };

      expect(await read(2)).toEqual(['a', 'b']);
      expect(await read(2)).toEqual(['c', 'd']);
    });

    test('delivers full, filtered and private blocks, and refuses a forged request with 403', async () => {
      const client = net.client('maple');
      const network = client.getNetwork('finance');
      const first = async <T>(events: Promise<AsyncIterable<T> & { close(): void }>): Promise<T> => {
        const stream = await events;
        for await (const event of stream) {
          stream.close();
          return event;
        }
        throw new Error('the stream ended');
      };

      expect((await first(network.getBlockEvents({ startBlock: 0n }))).getHeader()?.getNumber()).toBe(0);
      expect(
        (await first(network.getFilteredBlockEvents({ startBlock: 1n }))).getFilteredTransactionsList(),
      ).toHaveLength(1);
      expect(
        (await first(network.getBlockAndPrivateDataEvents({ startBlock: 1n }))).getBlock()?.getHeader()?.getNumber(),
      ).toBe(1);
      const request = network.newBlockEventsRequest({ startBlock: 0n });
      const forged = client.newSignedBlockEventsRequest(request.getBytes(), Buffer.from('3006020101020101', 'hex'));
      await expect(first(forged.getEvents())).rejects.toThrow('403');
    });
  });

  describe('system chaincodes', () => {
    test('answer queries about the chain, blocks and definitions', async () => {
      const qscc = net.client('cedar').getNetwork('finance').getContract('qscc');
      const info = common.BlockchainInfo.deserializeBinary(await qscc.evaluateTransaction('GetChainInfo', 'finance'));
      const block = common.Block.deserializeBinary(await qscc.evaluateTransaction('GetBlockByNumber', 'finance', '1'));

      expect(info.getHeight()).toBe(net.embedded.network.channels.get('finance')?.ledger.height);
      expect(block.getHeader()?.getNumber()).toBe(1);
      expect(
        (await failure(qscc.evaluateTransaction('GetTransactionByID', 'finance', 'none'))).details[0]?.message,
      ).toContain('no such transaction ID');
    });
  });

  describe('control', () => {
    test('snapshots and reverts state, history and clock', async () => {
      await contract.submitTransaction('put', 'snap', 'before');
      net.embedded.snapshot('s1');
      await contract.submitTransaction('put', 'snap', 'after');
      net.embedded.network.clock.setOffset(60_000);
      net.embedded.revert('s1');

      expect(await evaluate('get', 'snap')).toBe('before');
      expect(await evaluate('history', 'snap')).toBe('before');
      expect(net.embedded.network.clock.offset).toBe(0);
      await contract.submitTransaction('put', 'snap', 'again');
      expect(await evaluate('get', 'snap')).toBe('again');
    });

    test('finishes at the next start a revert that was cut short', async () => {
      await contract.submitTransaction('put', 'cut', 'before');
      net.embedded.snapshot('s2');
      await contract.submitTransaction('put', 'cut', 'after');
      net.embedded.registry.setReverting('s2');
      await net.restart();
      contract = net.client('cedar').getNetwork('finance').getContract('basic');

      expect(await evaluate('get', 'cut')).toBe('before');
      expect(net.embedded.registry.reverting()).toBeUndefined();
    });

    test('keeps everything over a restart, and its blocks verify', async () => {
      await contract.submitTransaction('put', 'kept', 'yes');
      const before = net.embedded.network.channels.get('finance')?.ledger.commitHash;
      await net.restart();
      contract = net.client('cedar').getNetwork('finance').getContract('basic');

      expect(await evaluate('get', 'kept')).toBe('yes');
      const ledger = net.embedded.network.channels.get('finance')?.ledger;
      expect(ledger?.commitHash).toEqual(before);
      expect(ledger?.verify()).toMatchObject({ ok: true });
    });

    test('a stopped endorser is unavailable until the fault is taken away', async () => {
      net.embedded.network.faults.add({ kind: 'stop-endorser', mspId: 'MapleMSP' });
      const named = { arguments: ['f', '1'], endorsingOrganizations: ['CedarMSP', 'MapleMSP'] };
      const error = await failure(contract.submit('put', named));
      // Left to itself, the gateway finds the third endorser.
      await contract.submitTransaction('put', 'f', '2');
      net.embedded.network.faults.clear();

      expect(error.code).toBe(10);
      expect((error as EndorseError).details[0]).toMatchObject({
        mspId: 'MapleMSP',
        message: expect.stringContaining('connection refused'),
      });
      expect(await evaluate('get', 'f')).toBe('2');
    });

    test('a delayed endorser answers late, and a lost commit status is found by asking again', async () => {
      const { faults } = net.embedded.network;
      faults.add({ kind: 'delay-endorser', mspId: 'MapleMSP', milliseconds: 300, count: 1 });
      const startedAt = Date.now();
      await contract.submit('put', { arguments: ['late', '1'], endorsingOrganizations: ['CedarMSP', 'MapleMSP'] });
      expect(Date.now() - startedAt).toBeGreaterThanOrEqual(300);

      faults.add({ kind: 'timeout-commit-status', count: 1 });
      const commit = await contract.submitAsync('put', { arguments: ['unknown', '1'] });
      const error = await failure(commit.getStatus({ deadline: Date.now() + 500 }));
      expect(error.code).toBe(4);
      expect((await commit.getStatus()).successful).toBe(true);
    });

    test('lost event streams end with UNAVAILABLE and can be resumed', async () => {
      const network = net.client('cedar').getNetwork('finance');
      const blocks = await network.getBlockEvents({ startBlock: 0n });
      const read = (async () => {
        let last = -1;
        try {
          for await (const block of blocks) last = block.getHeader()?.getNumber() ?? last;
        } catch (error) {
          return { last, code: (error as GatewayError).code };
        }
        return { last, code: 0 };
      })();
      const height = () => net.embedded.network.channels.get('finance')?.ledger.height ?? 0;
      await new Promise((wake) => setTimeout(wake, 200));
      net.embedded.network.faults.add({ kind: 'lose-events' });
      const { last, code } = await read;
      expect({ last, code }).toEqual({ last: height() - 1, code: 14 });

      const resumed = await network.getBlockEvents({ startBlock: BigInt(last + 1) });
      await contract.submitTransaction('put', 'resumed', '1');
      for await (const block of resumed) {
        expect(block.getHeader()?.getNumber()).toBe(last + 1);
        break;
      }
      resumed.close();
    });

    test('names a dead chaincode process in the details', async () => {
      await net.killChaincode('pine');
      const error = await failure(
        contract.submit('put', { arguments: ['d', '1'], endorsingOrganizations: ['PineMSP'] }),
      );

      expect(error.code).toBe(10);
      expect(error.details[0]?.message).toContain('could not launch chaincode basic_1');
    });
  });
});

/** MSP ids of those who endorsed, in order. */
function endorsersOf(preparedTransaction: Uint8Array): string[] {
  const envelope = gateway.PreparedTransaction.deserializeBinary(preparedTransaction).getEnvelope();
  const payload = common.Payload.deserializeBinary(envelope?.getPayload_asU8() ?? new Uint8Array(0));
  const [action] = peer.Transaction.deserializeBinary(payload.getData_asU8()).getActionsList();
  const endorsed = peer.ChaincodeActionPayload.deserializeBinary(
    action?.getPayload_asU8() ?? new Uint8Array(0),
  ).getAction();
  const endorsements = endorsed?.getEndorsementsList() ?? [];
  return endorsements.map((endorsement) =>
    msp.SerializedIdentity.deserializeBinary(endorsement.getEndorser_asU8()).getMspid(),
  );
}
