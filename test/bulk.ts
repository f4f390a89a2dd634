import { execSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const log = readFileSync('/tmp/perf/stack.log', 'utf8')
  .trim()
  .split('\n')
  .map((l) => {
    try {
      return JSON.parse(l);
    } catch {
      return {};
    }
  });
const ready = log.find((l) => l.ready);
const g = ready.gateways;
const n = Number(process.argv[2] ?? 10000),
  rounds = Number(process.argv[3] ?? 2),
  prof = process.argv[4],
  who = process.argv[5] ?? 'gateway-cedar';
const call = async (org, path, body) => {
  const r = await fetch(g[org].url + path, {
    method: body ? 'POST' : 'GET',
    headers: { authorization: `Bearer ${g[org].token}`, 'content-type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const t = await r.text();
  return { status: r.status, body: t ? JSON.parse(t) : undefined };
};
const pids = Object.fromEntries(
  execSync(`pgrep -af 'gateway/main.ts|chaincode/main.ts|embedded/main.ts'`)
    .toString()
    .split('\n')
    .filter((l) => l.includes('/tmp/perf/stack/') || l.includes('chaincode/main.ts'))
    .map((l) => {
      const pid = Number(l.split(' ')[0]);
      const m = /gateways\/(\w+)\/config/.exec(l);
      let name = m
        ? 'gateway-' + m[1]
        : l.includes('embedded/main.ts') && l.includes('/tmp/perf/stack/')
          ? 'network'
          : '';
      if (!name) {
        let e = '';
        try {
          e = readFileSync(`/proc/${pid}/environ`, 'utf8');
        } catch {}
        const k = /\/tmp\/perf\/stack\/organizations\/(\w+)\/chaincode/.exec(e);
        if (k) name = 'chaincode-' + k[1];
      }
      return [name, pid];
    })
    .filter(([x]) => x),
);
const cpu = (pid) => {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
};
const rss = (pid) => Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);
const tag = 'b' + Date.now().toString(36);
const must = (r) => {
  if (r.status >= 300) console.log(JSON.stringify(r).slice(0, 300));
  return r;
};
must(
  await call('centralbank', '/v1/settlement-accounts/cedar/issue', {
    operationId: tag + 'i',
    amount: { amount: '100000000', currency: 'CNY' },
  }),
);
const A = 20;
for (let i = 0; i < A; i++) {
  await Promise.all([
    call('cedar', '/v1/accounts', { accountId: `cedar-${tag}${i}`, name: 'x', currency: 'CNY' }).then(must),
    call('maple', '/v1/accounts', { accountId: `maple-${tag}${i}`, name: 'x', currency: 'CNY' }).then(must),
  ]);
}
for (let i = 0; i < A; i++)
  must(
    await call('cedar', `/v1/accounts/cedar-${tag}${i}/deposits`, {
      depositId: `${tag}d${i}`,
      amount: { amount: '5000000', currency: 'CNY' },
    }),
  );
let cdp;
if (prof) {
  process.kill(pids[who], 'SIGUSR1');
  await new Promise((r) => setTimeout(r, 500));
  const [t] = await (await fetch('http://127.0.0.1:9229/json')).json();
  cdp = new WebSocket(t.webSocketDebuggerUrl);
  await new Promise((r) => (cdp.onopen = r));
  let id = 0;
  const waits = new Map();
  cdp.onmessage = (m) => {
    const d = JSON.parse(m.data);
    waits.get(d.id)?.(d.result);
  };
  cdp.send2 = (method, params) =>
    new Promise((r) => {
      waits.set(++id, r);
      cdp.send(JSON.stringify({ id, method, params }));
    });
  await cdp.send2('Profiler.enable');
  await cdp.send2('Profiler.setSamplingInterval', { interval: 500 });
  await cdp.send2('Profiler.start');
}
for (let r = 0; r < rounds; r++) {
  const payments = Array.from({ length: n }, (_, i) => ({
    paymentId: `${tag}-${r}-${i}`,
    debtorAccount: `cedar-${tag}${i % A}`,
    creditorAccount: i % 2 ? `maple-${tag}${(i * 7) % A}` : `cedar-${tag}${(i * 7 + 1) % A}`,
    amount: { amount: '1', currency: 'CNY' },
    remittance: 'invoice ' + i,
  }));
  const before = Object.fromEntries(Object.entries(pids).map(([k, p]) => [k, cpu(p)]));
  const t = performance.now();
  const res = await call('cedar', '/v1/payments/bulk', { payments });
  const sec = (performance.now() - t) / 1000;
  await new Promise((r) => setTimeout(r, 3000));
  const c = {};
  for (const x of res.body.results ?? []) {
    const k = x.status ?? x.problem?.code;
    c[k] = (c[k] ?? 0) + 1;
  }
  console.log(
    process.env.LABEL ?? '',
    res.status,
    JSON.stringify(c),
    `${sec.toFixed(1)} s`,
    Object.entries(pids)
      .map(([k, p]) => `${k} ${(((cpu(p) - before[k]) * 1000) / n).toFixed(0)}`)
      .join(', '),
    'us/payment; rss gw',
    rss(pids['gateway-cedar']),
    'load',
    readFileSync('/proc/loadavg', 'utf8').split(' ')[0],
  );
}
if (cdp) {
  const { profile } = await cdp.send2('Profiler.stop');
  writeFileSync(`/tmp/perf/prof/${prof}.cpuprofile`, JSON.stringify(profile));
  cdp.close();
}
process.exit(0);
