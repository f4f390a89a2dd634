import type { Network } from '../drivers/network.ts';

const tokenMilliseconds = 45 * 60_000;
const answerMilliseconds = 90_000;
const pauseMilliseconds = 100;

export interface Answer {
  status: number;
  /** Parsed JSON, or the text when it is none. */
  body: Record<string, unknown>;
  text: string;
  /** The result of an earlier call; a repetition within one call is that call's own result. */
  replayed: boolean;
}

export interface Call {
  bank: string;
  method?: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: unknown;
  /** Sent as it is, with this type, instead of a JSON body. */
  xml?: string;
  accept?: string;
}

/**
 * Speaks to the gateways as a careful client does: when an answer is missing or says "send again", it repeats the
 * same request with the same id until it is answered. Safe, because ids are once-only on the ledger. `onRepeat` is told
 * why, each time.
 */
export function createRestClient(
  network: Pick<Network, 'gatewayUrl' | 'token'>,
  onRepeat: (reason: string) => void = () => {},
) {
  const tokens = new Map<string, { token: Promise<string>; at: number }>();

  function tokenOf(bank: string): Promise<string> {
    const known = tokens.get(bank);
    if (known && Date.now() - known.at < tokenMilliseconds) return known.token;
    const token = network.token({ bank, role: 'operator' });
    tokens.set(bank, { token, at: Date.now() });
    return token;
  }

  async function once({ bank, method = 'GET', path, body, xml, accept }: Call): Promise<Answer> {
    const response = await fetch(`${network.gatewayUrl(bank)}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf(bank)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(xml === undefined ? {} : { 'content-type': 'application/xml' }),
        ...(accept === undefined ? {} : { accept }),
      },
      body: xml ?? (body === undefined ? undefined : JSON.stringify(body)),
      signal: AbortSignal.timeout(answerMilliseconds),
    });
    const text = await response.text();
    const replayed = response.headers.get('idempotent-replayed') === 'true';
    return { status: response.status, body: parse(text), text, replayed };
  }

  /** Repeats until the answer is final; throws with the last reason when none comes in a minute and a half. */
  async function call(request: Call): Promise<Answer> {
    const deadline = Date.now() + answerMilliseconds;
    let reason: unknown;
    for (let attempt = 1; Date.now() < deadline; attempt += 1) {
      try {
        const answer = await once(request);
        if (isFinal(answer)) return { ...answer, replayed: answer.replayed && attempt === 1 };
        reason = `${answer.status} ${answer.text.slice(0, 300)}`;
      } catch (error) {
        reason = (error as Error).cause ?? error;
      }
      onRepeat(String(reason));
      await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
    }
    throw new Error(`${request.method ?? 'GET'} ${request.path} at ${request.bank} got no final answer: ${reason}`);
  }

  return { once, call };
}

export type RestClient = ReturnType<typeof createRestClient>;

/** Failed and unknown outcomes, limits and gateway errors call for the same request again; everything else is final. */
function isFinal({ status, body }: Answer): boolean {
  return status !== 429 && status < 500 && body.outcome !== 'failed' && body.outcome !== 'unknown';
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

/** Runs work over items, so many at a time, and keeps their order. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  atOnce: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  const queue = items.entries();
  const worker = async () => {
    for (const [index, item] of queue) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return results;
}
