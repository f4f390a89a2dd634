import { readFileSync } from 'node:fs';
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { SiblingConfig } from '../types.ts';
import type { SiblingTokens, SignedMessage } from './sibling-tokens.ts';

export const SIBLING_TOKEN_HEADER = 'x-tangram-sibling';

/** A sibling answered with something else than 200. */
export class SiblingRefusal extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(`the sibling answered ${status}: ${text.slice(0, 300)}`);
    this.name = 'SiblingRefusal';
    this.status = status;
  }
}

export interface SiblingLink {
  readonly url: string;
  /** Sends a signed message and answers the signed reply. `fresh` opens a connection of its own. Throws. */
  call(message: SignedMessage & { path: string }, options: { signal: AbortSignal; fresh?: boolean }): Promise<string>;
  close(): void;
}

/** Signed calls to one sibling over connections that are kept open. */
export function createSiblingLink(config: SiblingConfig, tokens: SiblingTokens): SiblingLink {
  const isHttps = config.url.startsWith('https:');
  const ca = config.tlsCaFile === undefined ? {} : { ca: readFileSync(config.tlsCaFile) };
  const agent = isHttps ? new HttpsAgent({ keepAlive: true, ...ca }) : new HttpAgent({ keepAlive: true });
  return {
    url: config.url,
    call: async ({ path, ...message }, { signal, fresh }) => {
      const { token, id } = tokens.sign(message);
      const answer = await exchange({
        url: new URL(path, config.url),
        options: { agent: fresh ? false : agent, signal, ...(isHttps ? ca : {}) },
        token,
        body: message.body,
      });
      if (answer.status !== 200) throw new SiblingRefusal(answer.status, answer.body);
      // Without it, whatever listens at the sibling's address could keep the lane from being taken over.
      tokens.verify(answer.token, { purpose: `answer:${id}`, body: answer.body });
      return answer.body;
    },
    close: () => agent.destroy(),
  };
}

interface Exchange {
  url: URL;
  options: object;
  token: string;
  body: string;
}

function exchange(sent: Exchange): Promise<{ status: number; body: string; token: string }> {
  const { url, options, token, body } = sent;
  const bytes = Buffer.from(body);
  const headers = {
    [SIBLING_TOKEN_HEADER]: token,
    'content-type': 'application/octet-stream',
    'content-length': bytes.length,
  };
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send(url, { method: 'POST', headers, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const signature = response.headers[SIBLING_TOKEN_HEADER];
        resolve({
          status: response.statusCode ?? 0,
          body: Buffer.concat(chunks).toString('utf8'),
          token: typeof signature === 'string' ? signature : '',
        });
      });
    });
    request.on('error', reject);
    request.end(bytes);
  });
}
