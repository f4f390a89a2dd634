import { defaultSettings, readCommandLine } from './settings.ts';

describe('readCommandLine', () => {
  test('takes names of two words and a file after --json', () => {
    const line = readCommandLine(['rest', 'bulk', '--driver', 'native', '--json', 'run.json', '--seconds', '5']);

    expect(line).toMatchObject({ names: ['rest bulk'], json: true, file: 'run.json' });
    expect(line.settings).toMatchObject({ driver: 'native', seconds: 5, warmUpSeconds: defaultSettings.warmUpSeconds });
  });

  test('takes several names, and hands on the options that concern benches alone', () => {
    const today = new Date('2026-11-23T05:00:00Z');
    const line = readCommandLine(
      ['hot, rest bulk,zipf', '--share', '--seconds', '5', '--kill', '--json', 'a.json'],
      today,
    );

    expect(line.names).toEqual(['hot', 'rest bulk', 'zipf']);
    expect(line.options).toEqual(['--seconds=5', '--kill']);
    expect(line).toMatchObject({ isShared: true, run: 'embedded 2026-11-23' });
  });

  test('lets comparators be left out', () => {
    expect(readCommandLine(['hot', '--naive', 'none']).settings.naive).toEqual([]);
    expect(readCommandLine(['hot', '--naive', 'naive']).settings.naive).toEqual(['naive']);
  });

  test.each([
    [['hot', '--driver', 'compose'], '--driver is one of'],
    [['hot', '--seconds', 'long'], '--seconds must be'],
    [['hot', '--naive', 'best'], '--naive is one of'],
    [['hot', '--fast'], 'fast'],
  ])('refuses %j', (args, reason) => {
    expect(() => readCommandLine(args)).toThrow(reason);
  });
});
