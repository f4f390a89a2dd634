import { createEndorserChoice } from './endorser-choice.ts';

const mspIds = ['CedarMSP', 'MapleMSP', 'PineMSP', 'WillowMSP', 'CentralbankMSP'];

describe('createEndorserChoice', () => {
  test('each bank begins after its own place, so that they spread over each other', () => {
    const partners = mspIds.map((mspId) => createEndorserChoice(mspIds, mspId).choose(mspId, 1)[1]);
    expect(partners).toEqual(['MapleMSP', 'PineMSP', 'WillowMSP', 'CentralbankMSP', 'CedarMSP']);
  });

  test('avoids an organisation that failed for a while, and none for ever', () => {
    let now = 0;
    const choice = createEndorserChoice(mspIds, 'CedarMSP', () => now);
    choice.markLost('MapleMSP');
    expect(choice.choose('CedarMSP', 1)).toEqual(['CedarMSP', 'PineMSP']);
    now = 5_000;
    expect(choice.choose('CedarMSP', 1)).toEqual(['CedarMSP', 'MapleMSP']);
  });

  test('keeps an organisation that is behind until it says so three times without having answered', () => {
    const choice = createEndorserChoice(mspIds, 'CedarMSP', () => 0);
    choice.markBehind('MapleMSP');
    choice.markBehind('MapleMSP');
    choice.markAnswered('MapleMSP');
    choice.markBehind('MapleMSP');
    choice.markBehind('MapleMSP');
    expect(choice.choose('CedarMSP', 1)).toEqual(['CedarMSP', 'MapleMSP']);
    choice.markBehind('MapleMSP');
    expect(choice.choose('CedarMSP', 1)).toEqual(['CedarMSP', 'PineMSP']);
  });

  test('tries the one that failed longest ago when all have failed', () => {
    let now = 0;
    const choice = createEndorserChoice(mspIds, 'CedarMSP', () => now);
    for (const mspId of ['PineMSP', 'MapleMSP', 'WillowMSP', 'CentralbankMSP']) {
      choice.markLost(mspId);
      now += 1;
    }
    expect(choice.choose('CedarMSP', 2)).toEqual(['CedarMSP', 'PineMSP', 'MapleMSP']);
  });
});
