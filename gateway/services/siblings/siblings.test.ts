import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeRow } from '@tangram/chaincode/core/wire/row-codec.ts';
import { type Issued, issueCertificate } from '@tangram/network/identity/certificate.ts';
import { operationTable } from '../../fabric/operation-table.ts';
import { eventually, type MemoryGateways, operator, startMemoryGateways } from '../../testing/memory-gateways.ts';
import { type MemorySibling, startMemorySiblings } from '../../testing/memory-siblings.ts';
import type { GatewayServices, ServiceConfig } from '../types.ts';
import { createSiblingLink, SIBLING_TOKEN_HEADER } from './sibling-link.ts';
import { createSiblingTokens } from './sibling-tokens.ts';

const CNY = (amount: string) => ({ amount, currency: 'CNY' });

interface Identities {
  folder: string;
  gateway: ServiceConfig['identity'];
  /** The same service after its certificate was renewed. */
  renewed: ServiceConfig['identity'];
  /** Another member of the same organisation. */
  clerk: ServiceConfig['identity'];
  /** A gateway of another organisation that calls itself the same. */
  foreign: ServiceConfig['identity'];
}

async function issueIdentities(): Promise<Identities> {
  const folder = mkdtempSync(join(tmpdir(), 'tangram-siblings-'));
  const authority = (organization: string) => issueCertificate({ commonName: 'ca', organization, usage: 'ca' });
  const [cedar, maple] = [await authority('cedar'), await authority('maple')];
  const write = async (name: string, commonName: string, issuer: Issued) => {
    const file = (part: string) => join(folder, `${name}-${part}.pem`);
    const request = { commonName, organization: 'cedar', organizationalUnit: 'client', issuer };
    const issued = await issueCertificate({ ...request, usage: 'sign' });
    writeFileSync(file('cert'), issued.certificatePem);
    writeFileSync(file('key'), issued.keyPem);
    writeFileSync(file('ca'), issuer.certificatePem);
    return { certFile: file('cert'), keyFile: file('key'), caFile: file('ca') };
  };
  return {
    folder,
    gateway: await write('gateway', 'gateway', cedar),
    renewed: await write('renewed', 'gateway', cedar),
    clerk: await write('clerk', 'clerk', cedar),
    foreign: await write('foreign', 'gateway', maple),
  };
}

let identities: Identities;
let gateways: MemoryGateways;
let siblings: MemorySibling[];

async function openBank(): Promise<void> {
  identities = await issueIdentities();
  gateways = await startMemoryGateways(['cedar', 'centralbank']);
  const issue = { operationId: 'issue', bank: 'cedar', amount: CNY('1000000') };
  await gateways.of('centralbank').settlement.issue(issue, operator);
  gateways.lose('cedar');
  siblings = await startMemorySiblings(gateways, 'cedar', [identities.gateway, identities.renewed]);
  const { accounts } = (siblings[0] as MemorySibling).services;
  await accounts.open(
    ['cedar-1', 'cedar-2'].map((accountId) => ({ accountId, name: accountId, currency: 'CNY' })),
    operator,
  );
  await accounts.deposit({ depositId: 'd', accountId: 'cedar-1', amount: CNY('1000') }, operator);
}

async function closeBank(): Promise<void> {
  gateways.fabric.fault = () => undefined;
  await Promise.all(siblings.map((sibling) => sibling.stop()));
  await gateways.stop();
  rmSync(identities.folder, { recursive: true, force: true });
}

describe('two gateways of one bank', () => {
  let first: GatewayServices;
  let second: GatewayServices;
  beforeEach(async () => {
    await openBank();
    [first, second] = siblings.map(({ services }) => services) as [GatewayServices, GatewayServices];
  });
  afterEach(closeBank);

  const pay = (services: GatewayServices, paymentId: string, amount = '10') =>
    services.payments.send(
      [{ paymentId, debtorAccount: 'cedar-1', creditorAccount: 'cedar-2', amount: CNY(amount) }],
      operator,
    );
  const laneOf = (services: GatewayServices) => services.health().lanes[0];
  const head = () => gateways.fabric.row('cedar', 'lane/0/head') as { epoch: number; holder: string };

  test('the second forwards to the first, which keeps the lane', async () => {
    expect([laneOf(first)?.role, laneOf(second)?.role]).toEqual(['holder', 'forwarder']);
    expect(second.health().ready).toBe(true);
    const before = head();

    const outcomes = await Promise.all([pay(first, 'p-1'), pay(second, 'p-2'), pay(second, 'p-3', '9999')]);

    expect(outcomes).toMatchObject([
      [{ outcome: 'accepted' }],
      [{ outcome: 'accepted', result: { status: 'SETTLED' } }],
      [{ outcome: 'refused', code: 'PAYMENTS_INSUFFICIENT_FUNDS' }],
    ]);
    // Read your writes at the gateway that was asked.
    expect(await second.readModel.findAccount('cedar-2')).toMatchObject({ booked: '20' });
    expect(await pay(first, 'p-2')).toMatchObject([{ outcome: 'replayed' }]);
    expect(head()).toMatchObject({ epoch: before.epoch, holder: before.holder });
  });

  test('who asked travels along: the ledger cannot tell at which gateway', async () => {
    await pay(first, 'p-1');
    await pay(second, 'p-2');
    const rows = gateways.fabric.blocks
      .flatMap(({ transactions }) => transactions.flatMap(({ writes }) => writes))
      .filter(({ key }) => key.startsWith('lane/0/batch/'));
    const callers = rows
      .flatMap(({ value }) => decodeRow(operationTable, value as Uint8Array).entries)
      .filter(({ operation }) => operation === 'payments:sendPayment')
      .map(({ caller }) => caller);
    expect(callers).toEqual([callers[0], callers[0]]);
    expect(callers[0]).toMatchObject({ kind: 'operator' });
  });

  test('neither takes the lane from the other, however busy both are', async () => {
    const before = head();
    for (let round = 0; round < 20; round += 1) {
      await Promise.all([pay(first, `a-${round}`, '1'), pay(second, `b-${round}`, '1')]);
    }
    expect(head()).toMatchObject({ epoch: before.epoch, holder: before.holder });
    expect(await second.readModel.findAccount('cedar-2')).toMatchObject({ booked: '40' });
  });

  test('the second takes over when the first is gone, even while nobody asks it', async () => {
    const before = head();
    siblings[0]?.cutOff();
    await eventually('taken over', () => laneOf(second)?.role === 'holder');
    expect(head().epoch).toBe(before.epoch + 1);
    expect(await pay(second, 'p-1')).toMatchObject([{ outcome: 'accepted' }]);
    // The first still runs, is refused by the ledger, and forwards.
    expect(await pay(first, 'p-2')).toMatchObject([{ outcome: 'accepted' }]);
    expect(laneOf(first)?.role).toBe('forwarder');
    expect(head().epoch).toBe(before.epoch + 1);
  });

  test('a batch under way in the first is booked once, whoever is asked', async () => {
    // The ledger takes the first gateway's batch; before it hears of it, it is cut off, and the second was waiting.
    let isCut = false;
    gateways.fabric.fault = ({ step }) => (step === 'commit-status' && !isCut ? 'unavailable' : undefined);
    const before = gateways.fabric.blocks.length;
    const own = pay(first, 'p-own');
    const forwarded = pay(second, 'p-forwarded');
    await eventually('ordered', () => gateways.fabric.blocks.length > before);
    siblings[0]?.cutOff();
    isCut = true;

    expect(['accepted', 'replayed']).toContain((await forwarded)[0]?.outcome);
    expect(['accepted', 'replayed']).toContain((await own)[0]?.outcome);
    expect(await pay(second, 'p-own')).toMatchObject([{ outcome: 'replayed' }]);
    expect(await second.readModel.findAccount('cedar-2')).toMatchObject({ booked: '20' });
  });

  test('what a bank does by itself runs where the lane is held', async () => {
    const expiresAt = new Date(gateways.fabric.milliseconds + 60_000).toISOString();
    const hold = { holdId: 'h-1', debtorAccount: 'cedar-1', creditorAccount: 'cedar-2', amount: CNY('5'), expiresAt };
    await second.payments.hold(hold, operator);
    siblings[0]?.cutOff();
    await eventually('taken over', () => laneOf(second)?.role === 'holder');
    gateways.fabric.milliseconds += 61_000;
    await eventually('expired', async () => (await second.readModel.findPayment('h-1'))?.status === 'EXPIRED');
  });
});

describe('a request that no sibling signed', () => {
  beforeAll(openBank);
  afterAll(closeBank);

  const operation = {
    operation: 'payments:sendPayment',
    request: { paymentId: 'forged', debtorAccount: 'cedar-1', creditorAccount: 'cedar-2', amount: CNY('1') },
    caller: { kind: 'operator', ref: '00' },
  };
  const body = JSON.stringify({ groups: [[operation]] });
  const post = (token: string | undefined, sent = body) =>
    fetch(`${siblings[0]?.url}/internal/siblings/lanes/cedar`, {
      method: 'POST',
      body: sent,
      headers: { 'content-type': 'application/octet-stream', ...(token ? { [SIBLING_TOKEN_HEADER]: token } : {}) },
    });
  const tokenOf = (identity: ServiceConfig['identity'], purpose = 'book:cedar', signed = body) => {
    const tokens = createSiblingTokens({ organization: 'cedar', ...identity });
    return tokens.sign({ purpose, body: signed }).token;
  };

  test.each<{ name: string; token: () => string | undefined }>([
    { name: 'has no token', token: () => undefined },
    { name: 'has a token that is none', token: () => 'x.y.z' },
    { name: 'is signed by another member of the organisation', token: () => tokenOf(identities.clerk) },
    { name: "is signed by another organisation's gateway", token: () => tokenOf(identities.foreign) },
    { name: 'is signed for another purpose', token: () => tokenOf(identities.gateway, 'pulse') },
    { name: 'is signed for another lane', token: () => tokenOf(identities.gateway, 'book:maple') },
    { name: 'is signed over other operations', token: () => tokenOf(identities.gateway, 'book:cedar', '{}') },
  ])('is refused when it $name', async ({ token }) => {
    const blocks = gateways.fabric.blocks.length;
    const answer = await post(token());
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'AUTH_SIBLING_REFUSED' });
    expect(gateways.fabric.blocks).toHaveLength(blocks);
  });

  test('is refused when it was sent before', async () => {
    const token = tokenOf(identities.renewed);
    expect((await post(token)).status).toBe(200);
    expect((await post(token)).status).toBe(401);
  });

  test('and an answer that no sibling signed is not believed', async () => {
    const tokens = createSiblingTokens({ organization: 'cedar', ...identities.foreign });
    const link = createSiblingLink({ url: siblings[0]?.url as string }, tokens);
    const question = { path: '/internal/siblings/pulse', purpose: 'pulse', body: '{}' };
    await expect(link.call(question, { signal: AbortSignal.timeout(5_000) })).rejects.toThrow('401');
    const own = createSiblingTokens({ organization: 'cedar', ...identities.gateway });
    const answer = { purpose: 'answer:1', body: '{}' };
    const forged = tokens.sign(answer);
    expect(() => own.verify(forged.token, answer)).toThrow('not that of');
    link.close();
  });
});
