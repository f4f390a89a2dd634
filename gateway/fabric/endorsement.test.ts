import { type EndorsedTransaction, endorseOver } from './endorsement.ts';
import { createEndorserChoice } from './endorser-choice.ts';
import { FabricFailure, type FabricFailureKind } from './fabric-failure.ts';

const MSP_IDS = ['CedarMSP', 'MapleMSP', 'PineMSP', 'WillowMSP'];
const endorsed: EndorsedTransaction = {
  transactionId: 'tx',
  result: '{}',
  writes: () => [],
  submit: async () => undefined,
};

function failure(kind: FabricFailureKind, mspIds: string[] = [], connectionLost = false, code = 'X'): FabricFailure {
  return new FabricFailure({ kind, code, params: {}, mspIds, connectionLost });
}

/** Two own peers; `answer` says what an attempt meets. */
function setUp(answer: (peer: string, organizations: string[]) => Promise<EndorsedTransaction>) {
  const choice = createEndorserChoice(MSP_IDS, 'CedarMSP');
  const asked: string[] = [];
  const lost: string[] = [];
  const way = (endpoint: string) => ({
    endpoint,
    endorse: (organizations: string[]) => {
      asked.push(`${endpoint} ${organizations.join('+')}`);
      return answer(endpoint, organizations);
    },
    markLost: () => lost.push(endpoint),
  });
  const run = () =>
    endorseOver(
      [way('peer0'), way('peer1'), way('peer0')],
      { home: 'CedarMSP', othersCount: 1 },
      { choice, patienceMilliseconds: 20 },
    );
  return { run, asked, lost, choice };
}

const silence = () => new Promise<EndorsedTransaction>(() => undefined);

describe('endorseOver', () => {
  test('asks another own peer and another organisation after silence, and begins with neither next time', async () => {
    const { run, asked, lost, choice } = setUp((peer) => (peer === 'peer0' ? silence() : Promise.resolve(endorsed)));
    await expect(run()).resolves.toBe(endorsed);
    expect(asked).toEqual(['peer0 CedarMSP+MapleMSP', 'peer1 CedarMSP+PineMSP']);
    expect(lost).toEqual(['peer0']);
    expect(choice.isHealthy('MapleMSP')).toBe(false);
    expect(choice.isHealthy('PineMSP')).toBe(true);
  });

  test('gets past one organisation that is silent', async () => {
    const { run, asked } = setUp((_peer, organizations) =>
      organizations.includes('MapleMSP') ? silence() : Promise.resolve(endorsed),
    );
    await run();
    await run();
    expect(asked).toEqual(['peer0 CedarMSP+MapleMSP', 'peer1 CedarMSP+PineMSP', 'peer0 CedarMSP+PineMSP']);
  });

  test('asks the own next peer at once when the chaincode of one is down', async () => {
    const { run, asked } = setUp(async (peer) => {
      if (peer === 'peer0') throw failure('unavailable', ['CedarMSP']);
      return endorsed;
    });
    await expect(run()).resolves.toBe(endorsed);
    expect(asked).toHaveLength(2);
  });

  test('does not ask a peer again that cannot be reached', async () => {
    const { run, asked, lost } = setUp(async (peer) => {
      if (peer === 'peer0') throw failure('unavailable', [], true);
      throw failure('unavailable', ['PineMSP']);
    });
    await expect(run()).rejects.toThrow();
    expect(asked).toHaveLength(2);
    expect(lost).toEqual(['peer0']);
  });

  test('takes what home refuses as refused, and what another refuses alone as a difference', async () => {
    const byHome = setUp(async () => {
      throw failure('contract', ['CedarMSP', 'MapleMSP']);
    });
    await expect(byHome.run()).rejects.toMatchObject({ kind: 'contract' });
    const byMaple = setUp(async () => {
      throw failure('contract', ['MapleMSP']);
    });
    await expect(byMaple.run()).rejects.toMatchObject({ kind: 'mismatch' });
    expect([...byHome.asked, ...byMaple.asked]).toHaveLength(2);
    expect(byHome.choice.isHealthy('MapleMSP')).toBe(true);
    expect(byMaple.choice.isHealthy('MapleMSP')).toBe(false);
  });

  test('asks an organisation again that is a block behind, and another one when it stays behind', async () => {
    const { run, asked } = setUp(async (_peer, organizations) => {
      if (organizations.includes('MapleMSP')) throw failure('contract', ['MapleMSP'], false, 'LANE_SEQUENCE_STALE');
      return endorsed;
    });
    for (let times = 0; times < 3; times += 1) await expect(run()).rejects.toMatchObject({ kind: 'mismatch' });
    await expect(run()).resolves.toBe(endorsed);
    expect(asked.map((each) => each.split('+')[1])).toEqual(['MapleMSP', 'MapleMSP', 'MapleMSP', 'PineMSP']);
  });
});
