// usage: ROOT=/work/main node load.ts count concurrency [profname]

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = process.env.ROOT ?? '/work/main';
const req = createRequire(ROOT + '/test/x.js');
const grpc = req('@grpc/grpc-js');
const { connect, hash } = req('@hyperledger/fabric-gateway');
const { loadMember, signMessage } = await import(ROOT + '/test/conformance/member.ts');
const { createControlClient } = await import(ROOT + '/network/embedded/control-client.ts');
const [count, concurrency, prof] = [Number(process.argv[2] ?? 3000), Number(process.argv[3] ?? 64), process.argv[4]];
const data = mkdtempSync(join(tmpdir(), 'perfload-'));
const base = Number(process.env.BASE ?? 44000);
const kids = [];
function start(file, args, env = {}, name) {
  const c = spawn(
    process.execPath,
    [
      '--no-warnings',
      ...(process.env.NETFLAGS && name === 'net' ? process.env.NETFLAGS.split(' ') : []),
      ...(prof
        ? [
            '--cpu-prof',
            '--cpu-prof-interval',
            '500',
            '--cpu-prof-dir',
            '/tmp/perf/prof',
            '--cpu-prof-name',
            `${prof}-${name}.cpuprofile`,
          ]
        : []),
      file,
      ...args,
    ],
    { env: { ...process.env, NODE_COMPILE_CACHE: '/tmp/perf/cc', ...env }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  kids.push(c);
  return new Promise((res) => {
    let s = '';
    c.stdout.on('data', (d) => {
      s += d;
      if (s.includes('\n')) res(c);
    });
    c.on('exit', () => res(c));
  });
}
const address = `127.0.0.1:${base + 100}`;
const ccid = `naive_1:${createHash('sha256').update('naive').digest('hex')}`;
const [net, cc] = await Promise.all([
  start(
    ROOT + '/network/embedded/main.ts',
    ['--data', data, '--network-port-base', String(base), ...(process.env.CFG ? ['--config', process.env.CFG] : [])],
    {},
    'net',
  ),
  start(
    ROOT + '/test/bench/chaincode/main.ts',
    [],
    {
      CHAINCODE_SERVERS: JSON.stringify([{ ccid, address }]),
      CORE_CHAINCODE_LOGGING_LEVEL: 'critical',
      CORE_CHAINCODE_LOGGING_SHIM: 'critical',
    },
    'cc',
  ),
]);
const orgs = ['Cedar', 'Maple', 'Pine', 'Willow', 'Centralbank'].map((x) => x + 'MSP');
await createControlClient(`http://127.0.0.1:${base + 60}`).deploy({
  channel: 'finance',
  name: 'naive',
  version: '1',
  sequence: 1,
  policy: "AND('CedarMSP.peer','MapleMSP.peer','PineMSP.peer','WillowMSP.peer')",
  packageId: ccid,
  servers: Object.fromEntries(orgs.map((m) => [m, address])),
});
const organizationsDir = join(data, 'organizations');
const client = new grpc.Client(
  `127.0.0.1:${base + 51}`,
  grpc.credentials.createSsl(readFileSync(join(organizationsDir, 'cedar/msp/tlscacerts/tlsca.pem'))),
);
const member = loadMember({ organizationsDir }, 'CedarMSP');
const gw = connect({
  client,
  identity: { mspId: member.mspId, credentials: member.certificate },
  hash: hash.none,
  signer: async (m) => signMessage(member, m),
});
const contract = gw.getNetwork('finance').getContract('naive');
const commit = async (n, ...a) => (await (await contract.submitAsync(n, { arguments: a })).getStatus()).successful;
if (process.env.IDLE) {
  await commit('open', '0', '1');
  await new Promise((r) => setTimeout(r, 5000));
  console.log(
    process.env.LABEL,
    'rss MB',
    (Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${net.pid}/status`, 'utf8'))[1]) / 1024).toFixed(0),
  );
  gw.close();
  client.close();
  for (const k of kids) k.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
  process.exit(0);
}
for (let f = 0; f < 5000; f += 1000) await commit('open', String(f), '1000');
const cpu = (pid) => {
  const f = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
  return (Number(f[11]) + Number(f[12])) * 10;
};
const thr = (pid) => 0;
const acc = () => `account${Math.floor(Math.random() * 5000)}`;
async function run(n) {
  let left = n,
    ok = 0,
    bad = 0;
  const lat = [];
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      while (left-- > 0) {
        const t = performance.now();
        try {
          if (await commit('pay', acc(), acc())) {
            ok++;
            lat.push(performance.now() - t);
          } else bad++;
        } catch {
          bad++;
        }
      }
    }),
  );
  lat.sort((a, b) => a - b);
  return { ok, bad, p50: lat[lat.length >> 1], p95: lat[Math.floor(lat.length * 0.95)] };
}
await run(Number(process.env.WARM ?? 500));
const b = { net: cpu(net.pid), cc: cpu(cc.pid), cl: process.cpuUsage() },
  t0 = performance.now();
const r = await run(count);
const sec = (performance.now() - t0) / 1000,
  cl = process.cpuUsage(b.cl);
const N = r.ok;
const f = (x) => (x / N).toFixed(2);
const h = await (await fetch(`http://127.0.0.1:${base + 60}/status`)).json();
const height = JSON.stringify(h).match(/"height":(\d+)/)?.[1];
const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${net.pid}/status`, 'utf8'))[1]) / 1024;
console.log(
  `${process.env.LABEL ?? ''} net ${f(cpu(net.pid) - b.net)} cc ${f(cpu(cc.pid) - b.cc)} client ${f((cl.user + cl.system) / 1000)} ms/tx | ${(N / sec).toFixed(0)} tx/s ok ${N} bad ${r.bad} p50 ${r.p50.toFixed(0)} p95 ${r.p95.toFixed(0)} height ${height} rss ${rss.toFixed(0)} load ${readFileSync('/proc/loadavg', 'utf8').split(' ')[0]}`,
);
gw.close();
client.close();
for (const k of kids) k.kill('SIGTERM');
await Promise.all(
  kids.map((k) => new Promise((r) => (k.exitCode === null && k.signalCode === null ? k.on('exit', r) : r()))),
);
rmSync(data, { recursive: true, force: true });
process.exit(0);
