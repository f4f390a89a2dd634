import type { HttpAnswer } from './http-connection.ts';
import type { Ending } from './payment-source.ts';

/** How a payment ended, from the gateway's answer to it alone. */
export function endingOfAnswer({ status, headers, body }: HttpAnswer): Ending {
  if (status < 300) return { kind: /^idempotent-replayed: true/im.test(headers) ? 'replayed' : 'accepted' };
  return endingOfProblem(status, JSON.parse(body));
}

/** How a payment ended that a bulk or the gateway itself refused with a problem. */
export function endingOfProblem(status: number, problem: { code?: string; outcome?: string }): Ending {
  const code = problem.code ?? String(status);
  if (status === 429 || status === 503 || code === 'PAYMENTS_LIMIT_EXCEEDED') return { kind: 'busy', code };
  if (status >= 500 || problem.outcome === 'failed' || problem.outcome === 'unknown') return { kind: 'again', code };
  return { kind: 'refused', code };
}
