/** `node scripts/run.mjs test/bench/verify-ceiling.ts`: how many signatures this machine can verify, and what our pool makes of it. */
import { generateKeyPairSync } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import type { SignatureAlgorithm, SignatureCheck } from '@tangram/chaincode/core/signatures.ts';
import { isSignatureValid } from '@tangram/chaincode/core/verify-signature.ts';
import { SignaturePool } from '@tangram/chaincode/host/signature-pool.ts';
import { paymentText } from '@tangram/chaincode/payments/index.ts';
import { createSigner } from '@tangram/gateway/client/sign.ts';

const KEYS = 500;
const CHECKS = 2_000;
const MILLISECONDS = 3_000;

export interface VerifyCeiling {
  readonly algorithm: SignatureAlgorithm;
  /** Microseconds of one core for a verification, its key parsed before and parsed each time. */
  readonly cachedMicroseconds: number;
  readonly parsedMicroseconds: number;
  /** Verifications a second if every core did nothing else: the ceiling. */
  readonly perSecond: number;
  /** Through the chaincode's pool in batches of 2,000, by the clock, and what it costs the thread that asks. */
  readonly pooledPerSecond: number;
  readonly askingMicroseconds: number;
}

interface Task {
  checks: readonly SignatureCheck[];
  milliseconds: number;
}

/** Signatures over payments, of customers with a key each. */
function sampleChecks(algorithm: SignatureAlgorithm): SignatureCheck[] {
  const signers = Array.from({ length: KEYS }, () =>
    createSigner(
      algorithm === 'ES256'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
        : generateKeyPairSync('ed25519').privateKey,
    ),
  );
  return Array.from({ length: CHECKS }, (_, index) => {
    const signer = signers[index % KEYS] as (typeof signers)[0];
    const message = paymentText(
      { channel: 'finance', bank: 'cedar' },
      {
        paymentId: `0198f1a2-7c3e-7d10-9a55-${String(index).padStart(12, '0')}`,
        debtorAccount: `cedar-${index}`,
        creditorAccount: `maple-${index}`,
        amount: { amount: '12850', currency: 'CNY' },
      },
    );
    return { ...signer.publicKey, message, signature: signer.sign(message).value };
  });
}

/** Verifies for some seconds; gives verifications by second of this thread's CPU time, whatever else the machine does. */
function loop({ checks, milliseconds }: Task): number {
  for (const check of checks) if (!isSignatureValid(check)) throw new Error('a good signature was refused');
  const began = performance.now();
  const cpu = cpuMicroseconds();
  let count = 0;
  while (performance.now() - began < milliseconds) {
    for (const check of checks.slice(0, 100)) if (isSignatureValid(check)) count += 1;
  }
  return (count / (cpuMicroseconds() - cpu)) * 1_000_000;
}

async function onEveryCore(task: Task): Promise<number> {
  const rates = Array.from({ length: availableParallelism() }, () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: task });
    return new Promise<number>((resolve, reject) => {
      worker.once('message', resolve);
      worker.once('error', reject);
    });
  });
  return (await Promise.all(rates)).reduce((sum, rate) => sum + rate, 0);
}

function cpuMicroseconds(): number {
  const { user, system } = process.threadCpuUsage();
  return user + system;
}

async function throughPool({ checks, milliseconds }: Task): Promise<{ perSecond: number; asking: number }> {
  const file = new URL('../../chaincode/main.ts', import.meta.url);
  const pool = new SignaturePool({ file, workers: availableParallelism(), deadlineMilliseconds: 30_000 });
  await pool.verify(checks);
  await pool.verify(checks);
  const began = performance.now();
  const cpu = cpuMicroseconds();
  let count = 0;
  while (performance.now() - began < milliseconds) count += (await pool.verify(checks)).length;
  const asking = (cpuMicroseconds() - cpu) / count;
  const perSecond = (count / (performance.now() - began)) * 1000;
  await pool.close();
  return { perSecond, asking };
}

/** Measures one algorithm, so long with every core and with the pool; the machine should do nothing else meanwhile. */
export async function measureVerifyCeiling(
  algorithm: SignatureAlgorithm,
  milliseconds = MILLISECONDS,
): Promise<VerifyCeiling> {
  const checks = sampleChecks(algorithm);
  const cpu = cpuMicroseconds();
  for (const check of checks) isSignatureValid(check);
  const parsedMicroseconds = (cpuMicroseconds() - cpu) / CHECKS;
  const again = cpuMicroseconds();
  for (const check of checks) isSignatureValid(check);
  const cachedMicroseconds = (cpuMicroseconds() - again) / CHECKS;
  const perSecond = await onEveryCore({ checks, milliseconds });
  const pooled = await throughPool({ checks, milliseconds });
  return {
    algorithm,
    cachedMicroseconds,
    parsedMicroseconds,
    perSecond,
    pooledPerSecond: pooled.perSecond,
    askingMicroseconds: pooled.asking,
  };
}

if (!isMainThread) parentPort?.postMessage(loop(workerData as Task));
else if (process.argv[1] === import.meta.filename) {
  for (const algorithm of ['ES256', 'Ed25519'] as const) {
    process.stdout.write(`${JSON.stringify(await measureVerifyCeiling(algorithm))}\n`);
  }
}
