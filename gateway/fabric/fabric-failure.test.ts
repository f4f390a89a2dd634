import { status } from '@grpc/grpc-js';
import { GatewayError } from '@hyperledger/fabric-gateway';
import { decodeFabricError, saysProcessed } from './fabric-failure.ts';

function gatewayError(code: number, message: string, details: { mspId: string; message: string }[] = []): GatewayError {
  return new GatewayError({
    code,
    message,
    details: details.map((detail) => ({ ...detail, address: 'peer:7051' })),
    cause: Object.assign(new Error(message), { code }) as GatewayError['cause'],
  });
}

describe('decodeFabricError', () => {
  test.each([
    {
      name: 'a contract error of an endorsement',
      error: gatewayError(status.ABORTED, 'failed to endorse transaction, see attached details for more info', [
        { mspId: 'CedarMSP', message: 'chaincode response 500, {"code":"LANE_SEQUENCE_STALE","params":{"x":1}}' },
      ]),
      expected: { kind: 'contract', code: 'LANE_SEQUENCE_STALE', params: { x: 1 }, mspIds: ['CedarMSP'] },
    },
    {
      name: 'a contract error of a query',
      error: gatewayError(
        status.UNKNOWN,
        'evaluate call to endorser returned error: chaincode response 500, {"code":"ACCOUNTS_ACCOUNT_NOT_FOUND","params":{}}',
      ),
      expected: { kind: 'contract', code: 'ACCOUNTS_ACCOUNT_NOT_FOUND' },
    },
    {
      name: 'endorsements that differ',
      error: gatewayError(status.ABORTED, 'failed to collect enough transaction endorsements', [
        { mspId: 'MapleMSP', message: 'ProposalResponsePayloads do not match' },
      ]),
      expected: { kind: 'mismatch' },
    },
    {
      name: 'an organisation without peers',
      error: gatewayError(status.UNAVAILABLE, 'failed to find any endorsing peers for org(s): MapleMSP'),
      expected: { kind: 'unavailable', connectionLost: false },
    },
    {
      name: 'a peer that is gone',
      error: gatewayError(status.UNAVAILABLE, 'No connection established'),
      expected: { kind: 'unavailable', connectionLost: true },
    },
    {
      name: 'a deadline',
      error: gatewayError(status.DEADLINE_EXCEEDED, 'Deadline exceeded after 10s'),
      expected: { kind: 'unavailable', connectionLost: false },
    },
    {
      name: 'a wrong channel',
      error: gatewayError(status.NOT_FOUND, 'channel does not exist'),
      expected: { kind: 'rejected' },
    },
  ])('reads $name', ({ error, expected }) => {
    expect(decodeFabricError(error)).toMatchObject(expected);
  });
});

describe('saysProcessed', () => {
  test('tells orderers that have had an envelope from those that are away', () => {
    const answer = (info: string) =>
      gatewayError(status.UNAVAILABLE, 'insufficient number of orderers could successfully process transaction', [
        {
          mspId: 'CedarMSP',
          message: `received unsuccessful response from orderer: status=SERVICE_UNAVAILABLE, info=${info}`,
        },
      ]);
    expect(saysProcessed(answer('failed to submit request: request already processed'))).toBe(true);
    expect(saysProcessed(answer('no leader'))).toBe(false);
    expect(saysProcessed(new Error('request already processed'))).toBe(false);
  });
});
