import { createEndorserChoice } from './endorser-choice.ts';

const mspIds = ['CedarMSP', 'MapleMSP', 'PineMSP', 'WillowMSP', 'CentralbankMSP'];

describe('createEndorserChoice', () => {
  test('each bank begins after its own place, so that they spread over each other', () => {
    // As in their configurations: the own peers first, two of them.
    const listed = (own: string) => [own, own, ...mspIds.filter((mspId) => mspId !== own)];
    const partners = mspIds.map((mspId) => createEndorserChoice(listed(mspId), mspId).choose(mspId, 1)[1]);
    expect(partners).toEqual(['CentralbankMSP', 'PineMSP', 'WillowMSP', 'CedarMSP', 'MapleMSP']);
  });

  test('avoids an organisation that failed for a while, and none for ever', () => {
    let now = 0;
    const choice = createEndorserChoice(mspIds, 'CedarMSP', () => now);
    choice.markLost('CentralbankMSP');
    expect(choice.choose('CedarMSP', 1)).toEqual(['CedarMSP', 'MapleMSP']);
    now = 5_000;
    expect(choice.choose('CedarMSP', 1)).toEqual(['CedarMSP', 'CentralbankMSP']);
  });

  test('keeps an organisation that is behind until it says so three times without having answered', () => {
    const choice = createEndorserChoice(mspIds, 'CedarMSP', () => 0);
    choice.markBehind('CentralbankMSP');
    choice.markBehind('CentralbankMSP');
    choice.markAnswered('CentralbankMSP');
    choice.markBehind('CentralbankMSP');
    choice.markBehind('CentralbankMSP');
    expect(choice.choose('CedarMSP', 1)).toEqual(['CedarMSP', 'CentralbankMSP']);
    choice.markBehind('CentralbankMSP');
    expect(choice.choose('CedarMSP', 1)).toEqual(['CedarMSP', 'MapleMSP']);
  });

  test('tries the one that failed longest ago when all have failed', () => {
    let now = 0;
    const choice = createEndorserChoice(mspIds, 'CedarMSP', () => now);
    for (const mspId of ['MapleMSP', 'CentralbankMSP', 'PineMSP', 'WillowMSP']) {
      choice.markLost(mspId);
      now += 1;
    }
    expect(choice.choose('CedarMSP', 2)).toEqual(['CedarMSP', 'MapleMSP', 'CentralbankMSP']);
  });
});
