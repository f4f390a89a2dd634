import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { common, msp } from '@hyperledger/fabric-protos';
import { defaultNetworkFile, readNetworkFile } from '@tangram/network/config/network-file.ts';
import { resolve } from '@tangram/network/config/resolve.ts';
import { banks } from '@tangram/network/config/topology.ts';
import { haltChildren, relaunchChildren } from '@tangram/network/keeper-control.ts';
import { withMembers } from '@tangram/network/native/members.ts';
import { heightOf } from '@tangram/network/native/state.ts';
import { storedBlock } from '@tangram/network/operations/peer-ledger.ts';
import { auditNetwork } from '../auditor/network-blocks.ts';
import { bankOf, findPortBase, openBanks, settled } from '../end-to-end/running-network.ts';
import { type BankLoad, clientOf, startLoad } from './bank-load.ts';

const root = join(import.meta.dirname, '..', '..');
const hasBinaries = Boolean(process.env.FABRIC_BIN);
// The name tells why it does not run.
const describeNative = hasBinaries ? describe : describe.skip;
const title = `renew-certs on real Fabric${hasBinaries ? '' : ' (FABRIC_BIN is not set: it names the folder of peer and orderer)'}`;

interface Certificate {
  organization: string;
  use: string;
  source: 'file' | 'presented' | 'signed with';
  daysLeft: number;
}

describeNative(title, () => {
  let folder: string;
  let portBase: number;
  let load: BankLoad | undefined;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tangram-renew-'));
    portBase = await findPortBase();
  });
  afterAll(async () => {
    await load?.stop().catch(() => {});
    await on('down', '--purge');
    rmSync(folder, { recursive: true, force: true });
  }, 180_000);

  /** Runs a command beside the load, which goes on meanwhile. */
  function on(...args: string[]): Promise<{ code: number; answer: any }> {
    const all = [join(root, 'network/cli.ts'), ...args, '--data', folder, '--json'];
    const env = { ...process.env, NODE_OPTIONS: '' };
    return new Promise((done) => {
      execFile(process.execPath, all, { env, encoding: 'utf8' }, (error, stdout) =>
        done({ code: Number(error?.code ?? 0), answer: JSON.parse(stdout || '{}') }),
      );
    });
  }

  const filesOf = (name: string) => readdirSync(join(folder, 'organizations', name));

  test('refuses an orderer while another is down, goes on when it is back, and renews all under payments', async () => {
    const started = await on('up', '--driver', 'native', '--port-base', String(portBase));
    expect(started).toMatchObject({ code: 0, answer: { ready: true } });
    expect(await on('renew-certs')).toMatchObject({ code: 0, answer: { renewed: [], waiting: [] } });
    const rest = clientOf(started.answer);
    const accounts = await openBanks(rest, ['ann'], '1000000');
    load = startLoad(rest);
    const { acknowledged, longestGaps, stop } = load;
    const paid = () => banks.map((bank) => acknowledged[bank].length);

    await haltChildren(folder, ['orderer-willow']);
    const short = ['--organization', 'cedar', '--force', '--validity', '100'];
    const refused = await on('renew-certs', ...short);
    expect(refused.code).toBe(1);
    expect(refused.answer.error).toContain('The orderer of cedar must not stop now');
    expect(refused.answer.error).toContain('orderer of willow does not answer');
    expect(filesOf('cedar')).toContain('renewal');
    await relaunchChildren(folder, ['orderer-willow']);
    expect(await on('renew-certs')).toMatchObject({
      code: 0,
      answer: { renewed: ['orderer-cedar'], channels: ['finance', 'audit'] },
    });
    expect(filesOf('cedar')).not.toContain('renewal');

    const before = paid();
    expect((await on('renew-certs', '--force', '--dry-run')).answer.steps).toHaveLength(24);
    const renewed = await on('renew-certs', '--force', '--validity', '500');
    expect(renewed).toMatchObject({ code: 0, answer: { channels: ['finance', 'audit'], waiting: [], warnings: [] } });
    expect(renewed.answer.renewed).toHaveLength(24);
    const gaps = longestGaps();
    await stop();
    process.stdout.write(`renew-certs under load: longest gap per bank ${JSON.stringify(gaps)} ms\n`);
    for (const [index, count] of paid().entries()) expect(count).toBeGreaterThan(before[index] ?? 0);

    const status = await on('status');
    expect(status).toMatchObject({ code: 0, answer: { healthy: true, problems: [] } });
    const certificates = (status.answer.certificates as Certificate[]).filter(({ use }) => !/CA$/.test(use));
    expect(certificates.length).toBeGreaterThan(50);
    for (const each of certificates) expect({ ...each, daysLeft: 499 }).toEqual(each);
    expect(await newestCreator('cedar')).toBe(fingerprintOf('cedar'));
    for (const { peers } of status.answer.channels) {
      expect(new Set(peers.map(({ stateHash }: { stateHash: string }) => stateHash)).size).toBe(1);
    }

    expect(await auditNetwork({ dataFolder: folder, portBase })).toMatchObject({ problems: [] });
    await Promise.all(banks.map((bank) => settled(rest, acknowledged[bank].at(-1) ?? '', bank)));
    const balances = await Promise.all(
      accounts.map((accountId) => rest.call({ bank: bankOf(accountId), path: `/v1/accounts/${accountId}` })),
    );
    const sum = balances.reduce((total, { body }) => total + BigInt(String(body.booked)), 0n);
    expect(sum).toBe(4_000_000n);
  }, 1_500_000);

  /** Fingerprint of the certificate that made the newest transaction of an organisation's gateway. */
  async function newestCreator(name: string): Promise<string | undefined> {
    const network = resolve(readNetworkFile(defaultNetworkFile), { gateway: portBase, network: portBase });
    return withMembers(network, join(folder, 'organizations'), async (members) => {
      const member = members.find(({ organization }) => organization.name === name)!;
      for (let number = (await heightOf(member, 'finance')) - 1; number > 0; number -= 1) {
        const envelopes = (await storedBlock(member, 'finance', number)).getData()?.getDataList_asU8() ?? [];
        const creators = envelopes.map(creatorOf).filter(({ mspId }) => mspId === member.organization.mspId);
        if (creators[0]) return new X509Certificate(creators[0].certificate).fingerprint256;
      }
      return undefined;
    });
  }

  function fingerprintOf(name: string): string {
    const file = join(folder, 'organizations', name, 'users/gateway/msp/signcerts/cert.pem');
    expect(existsSync(file)).toBe(true);
    return new X509Certificate(readFileSync(file)).fingerprint256;
  }
});

function creatorOf(envelope: Uint8Array): { mspId: string; certificate: Buffer } {
  const payload = common.Payload.deserializeBinary(common.Envelope.deserializeBinary(envelope).getPayload_asU8());
  const header = common.SignatureHeader.deserializeBinary(
    payload.getHeader()?.getSignatureHeader_asU8() ?? new Uint8Array(),
  );
  const identity = msp.SerializedIdentity.deserializeBinary(header.getCreator_asU8());
  return { mspId: identity.getMspid(), certificate: Buffer.from(identity.getIdBytes_asU8()) };
}
