import type { IncomingHttpHeaders } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import { text } from 'node:stream/consumers';

export interface HttpsAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/**
 * One HTTPS request on a connection of its own. Throws when it cannot be sent, when nothing comes for `timeout`
 * milliseconds, and when the other side ends within its answer.
 */
export function exchange(
  options: RequestOptions & { timeout: number },
  body?: string | Uint8Array,
): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request({ agent: false, ...options }, (response) => {
      const { statusCode: status = 0, headers } = response;
      text(response).then((received) => resolve({ status, headers, text: received }), reject);
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${options.timeout / 1000} s`)));
    sent.on('error', reject);
    sent.end(body);
  });
}
