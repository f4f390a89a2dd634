import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';

/** Forward-secret, authenticated ciphers only; those of TLS 1.3 are all of that kind. */
const ciphers = [
  ...['TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256', 'TLS_AES_128_GCM_SHA256'],
  ...['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ...['ECDHE-ECDSA-CHACHA20-POLY1305', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ...['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
].join(':');

export type HttpsOptions = SecureContextOptions & { cert: Buffer; key: Buffer };

/** TLS 1.2 or later. Refuses a certificate that has ended, or a key that is not its own, when the process starts. */
export function readHttps({ certFile, keyFile }: { certFile: string; keyFile: string }): HttpsOptions {
  const [cert, key] = [readFileSync(certFile), readFileSync(keyFile)];
  const certificate = new X509Certificate(cert);
  const { validTo } = certificate;
  if (!certificate.checkPrivateKey(createPrivateKey(key))) throw new Error(`${keyFile} is not the key of ${certFile}.`);
  if (Date.parse(validTo) < Date.now()) throw new Error(`The certificate ${certFile} ended on ${validTo}: renew it.`);
  return { cert, key, minVersion: 'TLSv1.2', ciphers, honorCipherOrder: true } as HttpsOptions;
}

/** What to say of plain HTTP that listens to more than this machine; undefined when there is nothing to say. */
export function plainHttpWarning(config: { host?: string; tls?: object }): string | undefined {
  const { host = '127.0.0.1', tls } = config;
  if (tls !== undefined || /^(127\.|::1$|localhost$)/.test(host)) return undefined;
  return `The gateway listens on ${host} without TLS: set tls in its configuration, or let a proxy on this machine end it.`;
}
