import {
  answerFindings,
  type Finding,
  judgeCertificates,
  judgeClocks,
  judgeDisk,
  judgeNetworkFile,
  judgeNode,
  judgePorts,
  judgeReachability,
  judgeStatus,
  judgeVersions,
  noteOf,
  oneClock,
} from './doctor-checks.ts';

const gigabyte = 1024 ** 3;
const taken = { port: 7051, role: 'peer of cedar', holder: 'process 42: nginx' };
const silent = { role: 'peer of maple', address: '10.0.0.2:7052', reason: 'connect ECONNREFUSED' };

/** Each check: what is well, what is not, what it then says, and the fix. */
const checks: [string, { well: Finding; bad: Finding; says: string; fix: string }][] = [
  ['Node', { well: judgeNode('v24.1.0'), bad: judgeNode('v20.9.0'), says: 'v20.9.0 is too old', fix: 'through npm' }],
  [
    'Disk',
    { well: judgeDisk('/data', 2.1 * gigabyte), bad: judgeDisk('/data', gigabyte), says: '1.0 GB free', fix: '--data' },
  ],
  [
    'Clock',
    {
      well: judgeClocks({ told: [{ node: 'the peer of maple', seconds: -29 }], silent: ['the peer of pine'] }),
      bad: judgeClocks({ told: [{ node: 'the peer of maple', seconds: -31 }], silent: [] }),
      says: 'the peer of maple is 31 s behind',
      fix: 'chrony',
    },
  ],
  [
    'Ports',
    {
      well: judgePorts([], 3),
      bad: judgePorts([taken], 3),
      says: '7051 (peer of cedar) is held by process 42',
      fix: '--port-base',
    },
  ],
  [
    'Fabric',
    {
      well: judgeVersions(['3.1.5', 'latest'], '/bin', '3.1.5'),
      bad: judgeVersions(['3.1.5', '2.5.0'], '/bin', '3.1.5'),
      says: '2.5.0 in /bin',
      fix: 'FABRIC_BIN',
    },
  ],
  [
    'Network file',
    {
      well: judgeNetworkFile('a.yaml', []),
      bad: judgeNetworkFile('a.yaml', ['Three orderers.']),
      says: 'Three orderers.',
      fix: 'Correct a.yaml',
    },
  ],
  [
    'Certificates',
    {
      well: judgeCertificates([], true),
      bad: judgeCertificates(['cedar, peer expired'], true),
      says: 'cedar, peer expired',
      fix: 'renew-certs',
    },
  ],
  [
    'Reachability',
    {
      well: judgeReachability([], 9),
      bad: judgeReachability([silent], 9),
      says: 'peer of maple at 10.0.0.2:7052: connect ECONNREFUSED',
      fix: 'firewall',
    },
  ],
  [
    'Nodes',
    {
      well: judgeStatus([], ['finance']),
      bad: judgeStatus(['peers differ'], ['finance']),
      says: 'peers differ',
      fix: 'status',
    },
  ],
];

describe('doctor', () => {
  test.each(checks)('%s is found well or bad, and bad with its fix', (check, { well, bad, says, fix }) => {
    expect(well).toEqual({ check, ok: true, detail: expect.any(String) });
    expect(bad).toEqual({ check, ok: false, detail: expect.stringContaining(says), fix: expect.stringContaining(fix) });
  });

  test('a clock that nobody told is a note and no pass, and says who was asked', () => {
    expect(judgeClocks({ told: [], silent: ['the peer of maple'] })).toEqual({
      check: 'Clock',
      ok: true,
      detail: 'there is none to compare with; the peer of maple did not tell',
      isNote: true,
    });
  });

  test('an answer marks what is well, what is not, and what was not checked', () => {
    const said: string[] = [];
    const answer = (text: string) => void said.push(text);

    expect(answerFindings({ answer }, [judgeNode('v24.1.0'), noteOf('Clock', oneClock)])).toBe(0);
    expect(answerFindings({ answer }, [judgeNode('v20.9.0')])).toBe(1);

    expect(said[0]).toBe(`✔ Node: v24.1.0\n- Clock: ${oneClock}`);
    expect(said[1]).toMatch(/^✖ Node: v20.9.0 is too old\n {2}fix: /);
  });
});
