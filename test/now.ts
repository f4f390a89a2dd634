import { MemoryLedger } from '/work/perf/chaincode/core/memory-ledger.ts';
import { bankOf, CNY, envelope, operations, World } from '/work/perf/chaincode/testing/world.ts';
import { v7 } from './v7.ts';

const ledger = new MemoryLedger(operations);
const world = new World(ledger);
const N = 500;
for (const b of ['cedar', 'maple'])
  for (let i = 0; i < N; i++) await world.open(`${b}-${String(i).padStart(7, '0')}`, { funds: 1000000n });
const bytes = 0,
  ops = 0,
  t0 = 0;
for (let r = 0; r < 100; r++) {
  const batch = [];
  for (let i = 0; i < 2000; i++) {
    const cross = Math.random() < 0.75;
    const d = `cedar-${String((Math.random() * N) | 0).padStart(7, '0')}`;
    let c;
    do {
      c = `${cross ? 'maple' : 'cedar'}-${String((Math.random() * N) | 0).padStart(7, '0')}`;
    } while (c === d);
    batch.push(
      envelope(
        'payments:sendPayment',
        { paymentId: v7(ledger.clock.milliseconds), debtorAccount: d, creditorAccount: c, amount: CNY(5) },
        'customer',
      ),
    );
  }
  ledger.clock.advance(200);
  const a = process.cpuUsage();
  const { response, writes } = await ledger.submit('cedar', batch);
  const b = process.cpuUsage(a);
  const a2 = process.cpuUsage();
  const up = world.head('cedar').outbox.maple;
  await world.accept('maple', 'payments:receive', { from: 'cedar', upTo: up });
  const b2 = process.cpuUsage(a2);
  if (r % 5 == 4)
    console.log(
      r,
      response.accepted,
      'send us/op',
      ((b.user + b.system) / 2000).toFixed(1),
      'recv us/op',
      ((b2.user + b2.system) / 1500).toFixed(1),
      'bytes/op',
      ([...writes].reduce((s, [k, v]) => s + k.length + (v as any).length, 0) / 2000) | 0,
      'keys',
      writes.size,
    );
}
