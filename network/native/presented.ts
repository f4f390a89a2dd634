import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';
import { msp } from '@hyperledger/fabric-protos';
import type { Member } from './members.ts';
import { signProposal } from './proposal.ts';

const answerMilliseconds = 5_000;

/** The TLS certificate that a process shows now. Refuses one that the given CA did not issue. */
export function presentedTls(host: string, port: number, caFile: string): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      ...{ host, port, servername: 'localhost', ca: readFileSync(caFile), ALPNProtocols: ['h2'] },
      timeout: answerMilliseconds,
    });
    socket.on('secureConnect', () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate) resolve(certificate);
      else reject(new Error(`${host}:${port} shows no certificate.`));
    });
    socket.on('timeout', () => socket.destroy(new Error(`${host}:${port} does not answer.`)));
    socket.on('error', reject);
  });
}

/** The certificate with which a peer signs its endorsements now. */
export async function presentedIdentity({ peer, admin }: Member): Promise<X509Certificate> {
  const answer = await peer.endorse(signProposal(admin, { chaincode: 'cscc', args: ['GetChannels'] }));
  const endorser = answer.getEndorsement()?.getEndorser_asU8() ?? new Uint8Array();
  return new X509Certificate(Buffer.from(msp.SerializedIdentity.deserializeBinary(endorser).getIdBytes_asU8()));
}
