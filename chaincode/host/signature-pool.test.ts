import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { refusalOf } from '../core/memory-ledger.ts';
import type { SignatureCheck } from '../core/signatures.ts';
import { signingText } from '../core/signing-text.ts';
import { verifyHere } from '../core/verify-signature.ts';
import { newSigner } from '../testing/signer.ts';
import { packChecks, unpackChecks } from './signature-messages.ts';
import { SignaturePool } from './signature-pool.ts';

const program = new URL('../main.ts', import.meta.url);
const realWorker = JSON.stringify(new URL('./signature-worker.ts', import.meta.url).href);

let folder: string;
let pool: SignaturePool | undefined;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signature-pool-'));
});

afterEach(() => pool?.close());
afterAll(() => rmSync(folder, { recursive: true }));

function newPool(file: string | URL, deadlineMilliseconds = 20_000): SignaturePool {
  pool = new SignaturePool({ file, workers: 2, deadlineMilliseconds });
  return pool;
}

/** A worker thread's program that behaves badly until the marker is there, and then as the real one. */
function badWorker(name: string, misbehaviour: string): URL {
  const marker = JSON.stringify(join(folder, `${name}.seen`));
  const file = join(folder, `${name}.mjs`);
  const text = `import { existsSync, writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
if (existsSync(${marker})) (await import(${realWorker})).serveVerifications();
else { ${misbehaviour} }
function mark() { writeFileSync(${marker}, ''); }
`;
  writeFileSync(file, text);
  return pathToFileURL(file);
}

/** Checks of both algorithms; every third one is of another message. */
function checksOf(count: number): SignatureCheck[] {
  const signers = [newSigner('ES256'), newSigner('Ed25519')] as const;
  return Array.from({ length: count }, (_, index) => {
    const signer = signers[index % 2] as (typeof signers)[0];
    const line = `paymentId=p${index % 3 === 0 ? index + 1 : index}`;
    const message = signingText({ channel: 'finance', bank: 'cedar' }, 'payments:sendPayment', [
      ['paymentId', `p${index}`],
    ]);
    const { value: signature } = signer.sign(['operation=payments:sendPayment', line]);
    return { ...signer.key, message, signature };
  });
}

describe('signature pool', () => {
  test('finds what a verification on the spot finds, in the order asked', async () => {
    const checks = checksOf(300);
    const verdicts = await newPool(program).verify(checks);
    expect(verdicts).toEqual(await verifyHere(checks));
    expect(verdicts.slice(0, 6)).toEqual([false, true, true, false, true, true]);
  });

  test('answers several batches at once', async () => {
    const checks = checksOf(100);
    const { verify } = newPool(program);
    const answers = await Promise.all([checks.slice(0, 70), checks.slice(70), []].map((part) => verify(part)));
    expect(answers.flat()).toEqual(await verifyHere(checks));
  });

  test.each([
    { name: 'hangs', misbehaviour: "parentPort.on('message', () => { mark(); for (;;); });", deadline: 1_500 },
    { name: 'ends', misbehaviour: "parentPort.on('message', () => { mark(); process.exit(3); });", deadline: 20_000 },
    { name: 'throws', misbehaviour: "mark(); throw new Error('broken');", deadline: 20_000 },
    {
      name: 'answers-nonsense',
      misbehaviour: "mark(); parentPort.on('message', () => parentPort.postMessage(new Uint8Array(1)));",
      deadline: 20_000,
    },
  ])('gives the job of a worker that $name to another', async ({ name, misbehaviour, deadline }) => {
    const checks = checksOf(8);
    const file = badWorker(name, misbehaviour);
    expect(await newPool(file, deadline).verify(checks)).toEqual(await verifyHere(checks));
  });

  test('says so when no worker answers, and asks again with the next batch', async () => {
    const checks = checksOf(2);
    const file = badWorker('never', "parentPort.on('message', () => process.exit(4));");
    const { verify } = newPool(file);
    const unverified = { code: 'LANE_SIGNATURES_UNVERIFIED', params: { reason: 'a worker left with 4' } };
    expect(await refusalOf(verify(checks))).toEqual(unverified);
    writeFileSync(join(folder, 'never.seen'), '');
    expect(await verify(checks)).toEqual([false, true]);
  });

  test('a program that cannot be started is told, too', async () => {
    const { verify } = newPool(join(folder, 'missing.mjs'));
    expect((await refusalOf(verify(checksOf(1))))?.code).toBe('LANE_SIGNATURES_UNVERIFIED');
  });
});

test('packed checks are read back as they were', () => {
  const checks = checksOf(3);
  expect(unpackChecks(packChecks(checks))).toEqual(checks);
  expect(() => unpackChecks(packChecks(checks).subarray(0, 200))).toThrow(RangeError);
});
