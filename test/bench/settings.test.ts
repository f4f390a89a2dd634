import { defaultSettings, readCommandLine } from './settings.ts';

describe('readCommandLine', () => {
  test('takes names of two words and a file after --json', () => {
    const line = readCommandLine(['rest', 'bulk', '--driver', 'native', '--json', 'run.json', '--seconds', '5']);

    expect(line).toMatchObject({ name: 'rest bulk', json: true, file: 'run.json' });
    expect(line.settings).toMatchObject({ driver: 'native', seconds: 5, warmUpSeconds: defaultSettings.warmUpSeconds });
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
