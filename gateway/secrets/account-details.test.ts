import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDetails, sealDetails } from './account-details.ts';
import { readSecrets } from './secrets.ts';

describe('account details', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-details-'));
  const encryptionKeyFile = join(folder, 'encryption-key.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(encryptionKeyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  for (const bank of ['cedar', 'maple']) writeFileSync(join(folder, bank), randomBytes(32).toString('hex'));
  const gatewayOf = (bank: string) => readSecrets({ encryptionKeyFile, digestKeyFile: join(folder, bank) });
  const details = { accountId: 'cedar-ann', name: 'Ann 王', customerId: 'C-1' };
  const record = sealDetails(gatewayOf('cedar'), details);

  afterAll(() => rmSync(folder, { recursive: true }));

  test('are opened by every gateway of the bank, and by no other bank', () => {
    expect(openDetails(gatewayOf('cedar'), record)).toEqual(details);
    expect(openDetails(gatewayOf('maple'), record)).toBeUndefined();
  });

  test('are the same bytes for the same details in every gateway, and others for others', () => {
    expect(sealDetails(gatewayOf('cedar'), { ...details })).toEqual(record);
    expect(sealDetails(gatewayOf('cedar'), { ...details, name: 'Ann' }).sealed).not.toBe(record.sealed);
    expect(sealDetails(gatewayOf('maple'), details).sealed).not.toBe(record.sealed);
  });

  test('open in no other account, and not after any change', () => {
    expect(openDetails(gatewayOf('cedar'), { ...record, accountId: 'cedar-bob' })).toBeUndefined();
    expect(openDetails(gatewayOf('cedar'), { ...record, sealed: `${record.sealed}A` })).toBeUndefined();
    expect(openDetails(gatewayOf('cedar'), { ...record, sealed: 'plain' })).toBeUndefined();
  });
});
