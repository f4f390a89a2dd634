import 'reflect-metadata';
import { randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { isLowS } from './ecdsa.ts';

x509.cryptoProvider.set(webcrypto);

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' };
const signingAlgorithm = { name: 'ECDSA', hash: 'SHA-256' };
const oneYear = 365 * 24 * 3600 * 1000;

/** A key pair with its certificate, both also as PEM. */
export interface Issued {
  certificate: x509.X509Certificate;
  keys: webcrypto.CryptoKeyPair;
  certificatePem: string;
  keyPem: string;
}

export interface SubjectAltName {
  type: 'dns' | 'ip';
  value: string;
}

interface CertificateRequest {
  commonName: string;
  organization: string;
  organizationalUnit?: string;
  subjectAltNames?: SubjectAltName[];
  /** Without an issuer the certificate is a self-signed CA. */
  issuer?: Issued;
  usage: 'ca' | 'sign' | 'tls';
  notBefore?: Date;
  notAfter?: Date;
}

const subjectOf = ({ commonName, organization, organizationalUnit }: CertificateRequest) =>
  `CN=${commonName},O=${organization}${organizationalUnit ? `,OU=${organizationalUnit}` : ''}`;

async function extensionsFor(request: CertificateRequest, publicKey: webcrypto.CryptoKey): Promise<x509.Extension[]> {
  const usages = x509.KeyUsageFlags;
  const extensions: x509.Extension[] = [
    new x509.BasicConstraintsExtension(request.usage === 'ca', undefined, true),
    new x509.KeyUsagesExtension(
      request.usage === 'ca' ? usages.keyCertSign | usages.cRLSign | usages.digitalSignature : usages.digitalSignature,
      true,
    ),
    await x509.SubjectKeyIdentifierExtension.create(publicKey),
  ];
  if (request.issuer) {
    extensions.push(await x509.AuthorityKeyIdentifierExtension.create(request.issuer.keys.publicKey));
  }
  if (request.usage === 'tls') {
    extensions.push(new x509.ExtendedKeyUsageExtension(['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2']));
  }
  if (request.subjectAltNames) extensions.push(new x509.SubjectAlternativeNameExtension(request.subjectAltNames));
  return extensions;
}

/** Issues a P-256 certificate and its key. */
export async function issueCertificate(request: CertificateRequest): Promise<Issued> {
  const keys = await generateKeys();
  const certificate = await certify(
    { ...request, signingKey: (request.issuer?.keys ?? keys).privateKey },
    keys.publicKey,
  );
  return { certificate, keys, certificatePem: pemOf(certificate), keyPem: await exportKey(keys.privateKey) };
}

/** Certifies a key that somebody else holds; returns PEM. */
export async function certifyKey(
  request: CertificateRequest & { issuer: Issued },
  publicKey: webcrypto.CryptoKey,
): Promise<string> {
  return pemOf(await certify({ ...request, signingKey: request.issuer.keys.privateKey }, publicKey));
}

export async function generateKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await webcrypto.subtle.generateKey(keyAlgorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

const pemOf = (certificate: x509.X509Certificate): string => `${certificate.toString('pem')}\n`;

/** The signature is low-S, so a peer that normalises certificates leaves its bytes alone. */
async function certify(
  request: CertificateRequest & { signingKey: webcrypto.CryptoKey },
  publicKey: webcrypto.CryptoKey,
): Promise<x509.X509Certificate> {
  const now = Date.now();
  const parameters = {
    serialNumber: `01${randomBytes(15).toString('hex')}`,
    subject: subjectOf(request),
    issuer: request.issuer?.certificate.subject ?? subjectOf(request),
    notBefore: request.notBefore ?? new Date(now - oneYear),
    notAfter: request.notAfter ?? new Date(now + 10 * oneYear),
    signingKey: request.signingKey,
    publicKey,
    signingAlgorithm,
    extensions: await extensionsFor(request, publicKey),
  };
  let certificate = await x509.X509CertificateGenerator.create(parameters);
  while (!isLowS(derSignature(certificate))) certificate = await x509.X509CertificateGenerator.create(parameters);
  return certificate;
}

/** The DER signature of a certificate: what stands in its last field, a BIT STRING with a leading zero. */
function derSignature(certificate: x509.X509Certificate): Uint8Array {
  const raw = new Uint8Array(certificate.rawData);
  for (let length = 68; length <= 72; length++) {
    const start = raw.length - length;
    if (raw[start] === 0x30 && raw[start + 1] === length - 2 && raw[start - 1] === 0 && raw[start - 3] === 0x03) {
      return raw.subarray(start);
    }
  }
  throw new Error('certificate without an ECDSA signature');
}

/** Reads an issued pair back from its PEM files, so that it can issue again. */
export async function readIssued({
  certificatePem,
  keyPem,
}: {
  certificatePem: string;
  keyPem: string;
}): Promise<Issued> {
  const certificate = new x509.X509Certificate(certificatePem);
  const der = Buffer.from(keyPem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  const keys = {
    privateKey: await webcrypto.subtle.importKey('pkcs8', der, keyAlgorithm, true, ['sign']),
    publicKey: (await certificate.publicKey.export()) as webcrypto.CryptoKey,
  };
  return { certificate, keys, certificatePem, keyPem };
}

export async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = der.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
