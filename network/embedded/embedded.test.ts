import type { Contract } from '@hyperledger/fabric-gateway';
import { startTestNetwork, type TestNetwork } from './fixtures/network.ts';

const policy = "OutOf(2, 'CedarMSP.peer', 'MapleMSP.peer')";

describe('embedded network', () => {
  let net: TestNetwork;
  let contract: Contract;

  beforeAll(async () => {
    net = await startTestNetwork(['cedar', 'maple']);
    const { basic, other } = net.addresses;
    await net.embedded.deploy({ channel: 'finance', name: 'basic', version: '1', sequence: 1, policy, packageId: 'basic_1', servers: basic });
    await net.embedded.deploy({ channel: 'finance', name: 'other', version: '1', sequence: 1, policy, packageId: 'other_1', servers: other });
    contract = net.client('cedar').getNetwork('finance').getContract('basic');
  }, 30_000);

  afterAll(() => net.close());

  const evaluate = async (...args: [string, ...string[]]) => {
    const [name, ...rest] = args;
    return Buffer.from(await contract.evaluateTransaction(name, ...rest)).toString();
  };

  test('submits through the unmodified client and reads the result back', async () => {
    await contract.submitTransaction('put', 'k', 'v');

    expect(await evaluate('get', 'k')).toBe('v');
  });
});
