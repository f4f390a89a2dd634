import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readConfiguration } from './configuration.ts';

const server = { name: 'cedar', ccid: 'cedar_1.0:00', address: '127.0.0.1:7100' };
const own = createHash('sha256')
  .update(readFileSync(process.argv[1] ?? ''))
  .digest('hex');
const read = (servers: object[]) => readConfiguration({ CHAINCODE_SERVERS: JSON.stringify(servers) });

describe('readConfiguration', () => {
  test('serves under the digest of this very program, and where none is demanded', () => {
    expect(read([{ ...server, digest: own }, server]).servers).toHaveLength(2);
  });

  test('refuses to serve what was deployed under another digest, and says both', () => {
    const other = 'f'.repeat(64);

    expect(() =>
      read([
        { ...server, digest: own },
        { ...server, digest: other },
      ]),
    ).toThrow(new RegExp(`digest is ${own}, but ${other} is in force`));
  });

  test('refuses no servers at all', () => {
    expect(() => read([])).toThrow(/CHAINCODE_SERVERS/);
  });
});
