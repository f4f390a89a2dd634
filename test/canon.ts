import { createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';

const ROOT = '/work/main';
const { canonicalJson, CanonicalText } = await import(ROOT + '/chaincode/core/canonical.ts');
const old = await import('/tmp/perf/base/chaincode/core/canonical.ts');
const { encryptTexts, decryptTexts } = await import(ROOT + '/gateway/secrets/payment-texts.ts');
const base = await import('/tmp/perf/base/gateway/secrets/payment-texts.ts');
const { readSecrets } = await import(ROOT + '/gateway/secrets/secrets.ts');
const d = mkdtempSync('/tmp/perf/k');
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
writeFileSync(d + '/a', privateKey.export({ type: 'pkcs8', format: 'pem' }));
writeFileSync(d + '/b', randomBytes(32).toString('hex'));
const s = readSecrets({ encryptionKeyFile: d + '/a', digestKeyFile: d + '/b' });
const time = (n, f) => {
  const c = process.cpuUsage();
  for (let i = 0; i < n; i++) f(i);
  const u = process.cpuUsage(c);
  return ((u.user + u.system) / n).toFixed(1);
};
for (let r = 0; r < 0; r++)
  for (const [name, m] of Object.entries({ before: base, after: { encryptTexts, decryptTexts } })) {
    const ct = [];
    const e = time(8000, (i) => {
      ct[i] = m.encryptTexts(s, {
        paymentId: `p-${r}-${i}`,
        otherPublicKey: s.encryptionPublicKey,
        texts: { remittance: 'invoice ' + i },
      });
    });
    const q = time(8000, (i) => {
      if (!m.decryptTexts(s, { paymentId: `p-${r}-${i}`, otherPublicKey: s.encryptionPublicKey, texts: ct[i] }))
        throw 1;
    });
    console.log(name, 'encrypt', e, 'read back', q, 'us');
  }
const { CanonicalText: CT2 } = old;
const entry = (i, CanonicalText = CTX) => ({
  operation: 'payments:sendPayment',
  request: new CanonicalText(
    canonicalJson({
      amount: { amount: '1', currency: 'CNY' },
      creditorAccount: 'maple-a1',
      debtorAccount: 'cedar-a2',
      paymentId: 'p' + i,
      texts: 'x'.repeat(90),
      textsDigest: 'a'.repeat(64),
    }),
  ),
  requestDigest: undefined,
  caller: { kind: 'operator', ref: 'b'.repeat(64) },
  outcome: 'accepted',
  result: {
    paymentId: 'p' + i,
    amount: { amount: '1', currency: 'CNY' },
    status: 'ACCEPTED',
    outbox: { bank: 'maple', index: 1, position: i },
  },
  code: undefined,
  params: undefined,
  postings: [
    { account: 'cedar-a2', side: 'D', amount: '1', currency: 'CNY' },
    { account: 'cedar.due-to-maple', side: 'C', amount: '1', currency: 'CNY' },
  ],
  events: [
    {
      type: 'PaymentAccepted',
      data: {
        paymentId: 'p' + i,
        debtorAccount: 'cedar-a2',
        creditorAccount: 'maple-a1',
        amount: { amount: '1', currency: 'CNY' },
      },
    },
  ],
  audit: { mspId: 'CedarMSP' },
  usage: { module: 'payments', operation: 'sendPayment', units: 1 },
});
let CTX = CanonicalText;
const row = { lane: 'cedar', sequence: 3, entries: Array.from({ length: 2000 }, (_, i) => entry(i)) };
const heads = new Map<string, string>();
const plain = /^[ !#-[\]-~]*$/;
const text = (v) => (v.length < 256 && plain.test(v) ? `"${v}"` : JSON.stringify(v));
const head = (n) => {
  let h = heads.get(n);
  if (h === undefined) {
    h = `${JSON.stringify(n)}:`;
    if (heads.size < 1000) heads.set(n, h);
  }
  return h;
};
function v2(value) {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isSafeInteger(value)) throw new TypeError('x');
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (value instanceof CanonicalText) return value.text;
      if (Array.isArray(value)) {
        let t = '[';
        for (let i = 0; i < value.length; i++) {
          if (i > 0) t += ',';
          t += v2(value[i]);
        }
        return t + ']';
      }
      {
        const names = Object.keys(value);
        let s = false;
        for (let i = 1; i < names.length; i++)
          if (names[i - 1] > names[i]) {
            s = true;
            break;
          }
        if (s) {
          /* insertion sort */ for (let i = 1; i < names.length; i++) {
            const n = names[i];
            let j = i - 1;
            for (; j >= 0 && names[j] > n; j--) names[j + 1] = names[j];
            names[j + 1] = n;
          }
        }
        let t = '';
        for (const n of names) {
          const x = value[n];
          if (x === undefined) continue;
          t += (t === '' ? '' : ',') + head(n) + v2(x);
        }
        return '{' + t + '}';
      }
    default:
      throw new TypeError('y');
  }
}
function v3(value) {
  switch (typeof value) {
    case 'string':
      return text(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (!Number.isSafeInteger(value)) throw new TypeError('x');
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (value instanceof CanonicalText) return value.text;
      if (Array.isArray(value)) {
        let t = '[';
        for (let i = 0; i < value.length; i++) {
          if (i > 0) t += ',';
          t += v3(value[i]);
        }
        return t + ']';
      }
      {
        const names = Object.keys(value);
        let s = false;
        for (let i = 1; i < names.length; i++)
          if (names[i - 1] > names[i]) {
            s = true;
            break;
          }
        if (s) {
          for (let i = 1; i < names.length; i++) {
            const n = names[i];
            let j = i - 1;
            for (; j >= 0 && names[j] > n; j--) names[j + 1] = names[j];
            names[j + 1] = n;
          }
        }
        let t = '';
        for (const n of names) {
          const x = value[n];
          if (x === undefined) continue;
          t += (t === '' ? '' : ',') + head(n) + v3(x);
        }
        return '{' + t + '}';
      }
    default:
      throw new TypeError('y');
  }
}
CTX = CT2;
const row0 = { ...row, entries: Array.from({ length: 2000 }, (_, i) => entry(i)) };
if (old.canonicalJson(row0) !== canonicalJson(row)) throw 1;
if (v2(row) !== canonicalJson(row) || v3(row) !== canonicalJson(row)) throw new Error('differs');
const { hash } = await import('node:crypto');
for (let r = 0; r < 4; r++)
  for (const [n, f] of Object.entries({ old: old.canonicalJson, now: canonicalJson }))
    console.log(
      n,
      (Number(time(15, () => hash('sha256', f(n === 'old' ? row0 : row), 'hex'))) / 2000).toFixed(2),
      'us per entry',
    );
