import { policyOf, resolvePorts } from './topology.ts';

describe('topology', () => {
  test('demands the owner and one other for a bank, and three of five for the consortium', () => {
    expect(policyOf('cedar')).toBe(
      "AND('CedarMSP.peer', OR('MapleMSP.peer', 'PineMSP.peer', 'WillowMSP.peer', 'CentralbankMSP.peer'))",
    );
    expect(policyOf('centralbank')).toBe(
      "AND('CentralbankMSP.peer', OR('CedarMSP.peer', 'MapleMSP.peer', 'PineMSP.peer', 'WillowMSP.peer'))",
    );
    expect(policyOf('consortium')).toBe(
      "AND('CentralbankMSP.peer', OutOf(2, 'CedarMSP.peer', 'MapleMSP.peer', 'PineMSP.peer', 'WillowMSP.peer'))",
    );
  });

  test('gives every listener a port of its own', () => {
    const { all, gateways, peers, issuer, control, chaincode } = resolvePorts({ gateway: 8080, network: 7000 });

    expect(new Set(all.map(({ port }) => port)).size).toBe(all.length);
    expect(gateways).toEqual({ cedar: 8081, maple: 8082, pine: 8083, willow: 8084, centralbank: 8085 });
    expect(peers).toEqual({ cedar: 7051, maple: 7052, pine: 7053, willow: 7054, centralbank: 7055 });
    expect([issuer, control, chaincode('maple', 'consortium')]).toEqual([8090, 7060, 7115]);
  });
});
