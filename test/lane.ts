const ROOT = process.env.ROOT ?? '/work/main';
const { World, CNY, envelope, operations } = await import(ROOT + '/chaincode/testing/world.ts');
const { MemoryLedger } = await import(ROOT + '/chaincode/core/memory-ledger.ts');
const n = Number(process.argv[2] ?? 2000),
  rounds = Number(process.argv[3] ?? 6);
const w = new World(new MemoryLedger(operations));
const N = 100;
for (let i = 0; i < N; i++) {
  await w.open(`cedar-a${i}`, { funds: 10_000_000n });
  await w.open(`maple-a${i}`, { funds: 1000n });
}
await w
  .accept('consortium', 'settlement:setLimit', {
    debtorBank: 'cedar',
    creditorBank: 'maple',
    currency: 'CNY',
    limit: { amount: '99999999999', currency: 'CNY' },
    settleAtShare: 9000,
  })
  .catch((e) => console.log('limit', e.message));
let id = 0;
const uuid = () => {
  const t = Date.now().toString(16).padStart(12, '0');
  const h = (++id).toString(16).padStart(8, '0');
  return `${t.slice(0, 8)}-${t.slice(8)}-7000-8000-0000${h}`;
};
const times = [];
for (let r = 0; r < rounds; r++) {
  const ops = [];
  for (let i = 0; i < n; i++)
    ops.push(
      envelope('payments:sendPayment', {
        paymentId: uuid(),
        debtorAccount: `cedar-a${i % N}`,
        creditorAccount: i % 2 ? `maple-a${(i * 7) % N}` : `cedar-a${(i * 7 + 1) % N}`,
        amount: CNY(1 + (i % 50)),
        textsDigest: 'a'.repeat(64),
        texts: 'x'.repeat(200),
      }),
    );
  const c = process.cpuUsage();
  const { response } = await w.ledger.submit('cedar', ops);
  const u = process.cpuUsage(c);
  times.push((u.user + u.system) / n);
  if (r === 0) console.log(response.accepted, JSON.stringify(response.results[0]), JSON.stringify(response.results[1]));
}
console.log(process.env.LABEL ?? '', 'us CPU per payment by round', times.map((t) => t.toFixed(0)).join(' '));
