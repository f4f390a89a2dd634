import { Agent, request } from 'node:http';
import { type Attempt, judgeAnswer, judgeError } from './outcomes.ts';

export interface SendOnce {
  /** Base of a gateway's REST API. */
  url: string;
  token: string;
  body: object;
  timeoutMilliseconds: number;
}

/** Sends payments over connections that stay open; every attempt ends within its time limit. */
export function createPaymentClient() {
  const agent = new Agent({ keepAlive: true });

  function send({ url, token, body, timeoutMilliseconds }: SendOnce): Promise<Attempt> {
    const text = JSON.stringify(body);
    return new Promise((resolve) => {
      const headers = {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      };
      const signal = AbortSignal.timeout(timeoutMilliseconds);
      const sent = request(`${url}/v1/payments`, { method: 'POST', agent, headers, signal }, async (response) => {
        try {
          let answer = '';
          for await (const chunk of response.setEncoding('utf8')) answer += chunk;
          const replayed = response.headers['idempotent-replayed'] === 'true';
          resolve(judgeAnswer({ status: response.statusCode ?? 0, body: parse(answer), replayed }));
        } catch (error) {
          resolve(judgeError(error as Error));
        }
      });
      sent.on('error', (error) => resolve(judgeError(error)));
      sent.end(text);
    });
  }

  return { send, close: () => agent.destroy() };
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
