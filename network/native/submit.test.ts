import { isPassing } from './submit.ts';

describe('what is tried again', () => {
  test.each([
    ['endorsements of peers at different heights', 'The endorsements do not match.'],
    ['orderers without a leader', 'The orderer of pine at 127.0.0.1:7050 refused: 503 no Raft leader'],
    [
      'an orderer that has not joined the channel yet',
      'The orderer of cedar at 127.0.0.2:26421 refused: 400 channel does not exist',
    ],
    ['a definition that the peer has not approved yet', 'chaincode definition not agreed to by this org (CedarMSP)'],
  ])('%s', (_, message) => expect(isPassing(new Error(message))).toBe(true));

  test.each([
    ['a signature that is not accepted', 'The orderer of cedar at 127.0.0.1:7050 refused: 403 permission denied'],
    ['a transaction that is malformed', 'The orderer of cedar at 127.0.0.1:7050 refused: 400 message payload is empty'],
  ])('but not %s', (_, message) => expect(isPassing(new Error(message))).toBe(false));
});
