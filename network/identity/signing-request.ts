import 'reflect-metadata';
import { createPublicKey, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { exportKey, generateKeys, type SubjectAltName } from './certificate.ts';

const keyAlgorithm = { name: 'ECDSA', namedCurve: 'P-256' };

/** A key and the request to certify it: the request travels to the CA, the key stays where it was made. */
export interface SigningRequest {
  keyPem: string;
  requestPem: string;
}

interface Subject {
  commonName: string;
  organization: string;
  organizationalUnit?: string;
  subjectAltNames?: SubjectAltName[];
}

/** Makes a PKCS#10 request for a new P-256 key, or for the one given, which then stays in use. */
export async function createSigningRequest(subject: Subject, presentKeyPem?: string): Promise<SigningRequest> {
  const keys = presentKeyPem === undefined ? await generateKeys() : await readKeys(presentKeyPem);
  const unit = subject.organizationalUnit ? `,OU=${subject.organizationalUnit}` : '';
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: `CN=${subject.commonName},O=${subject.organization}${unit}`,
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    extensions: subject.subjectAltNames ? [new x509.SubjectAlternativeNameExtension(subject.subjectAltNames)] : [],
  });
  return {
    keyPem: presentKeyPem ?? (await exportKey(keys.privateKey)),
    requestPem: `${request.toString('pem')}\n`,
  };
}

/** The key that a request asks to have certified. Refuses a request that this key did not sign. */
export async function requestedKey(requestPem: string): Promise<webcrypto.CryptoKey> {
  const request = new x509.Pkcs10CertificateRequest(requestPem);
  if (!(await request.verify())) throw new Error('The signing request was not signed with the key that it names.');
  return (await request.publicKey.export()) as webcrypto.CryptoKey;
}

async function readKeys(keyPem: string): Promise<webcrypto.CryptoKeyPair> {
  const publicDer = createPublicKey(keyPem).export({ type: 'spki', format: 'der' });
  const privateDer = Buffer.from(keyPem.replaceAll(/-----[A-Z ]+-----|\s/g, ''), 'base64');
  return {
    privateKey: await webcrypto.subtle.importKey('pkcs8', privateDer, keyAlgorithm, true, ['sign']),
    publicKey: await webcrypto.subtle.importKey('spki', publicDer, keyAlgorithm, true, ['verify']),
  };
}
