import type { Credential } from './credentials.ts';

/** Who certifies an organisation's keys: it is shown a request and never a private key. */
export interface Authority {
  /** Certificates of the CA of identities and of that of TLS, which everybody may see. */
  caCertificates(): Promise<CaCertificates>;
  /** Certifies the key of a PKCS#10 request for a credential; returns PEM. */
  certify(credential: Credential, requestPem: string): Promise<string>;
}

export interface CaCertificates {
  ca: string;
  tlsCa: string;
}
