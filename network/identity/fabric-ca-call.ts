import { readFileSync } from 'node:fs';
import { urlToHttpOptions } from 'node:url';
import { exchange } from '../https-exchange.ts';
import type { CaSettings } from './layout.ts';

const callMilliseconds = 20_000;

/** What a fabric-ca server answers, whatever was asked. */
export interface CaReply {
  success: boolean;
  result: unknown;
  errors: { code: number; message: string }[];
}

interface CaCall {
  method?: 'POST' | 'PUT';
  path: string;
  body?: object;
  /** The body as it was signed, when it was. */
  text?: string;
  authorization?: string;
  /** The caller looks at a refusal itself. */
  mayFail?: boolean;
}

/** Calls a fabric-ca server over TLS. Refuses plain http: enrolment sends a secret. */
export async function callCa(
  { url, tlsCaFile }: Pick<CaSettings, 'url' | 'tlsCaFile'>,
  { method = 'POST', path, body, text = JSON.stringify(body), authorization, mayFail = false }: CaCall,
): Promise<CaReply> {
  const target = new URL(path, url);
  if (target.protocol !== 'https:') throw new Error(`The CA at ${url} must be reached by https: secrets travel there.`);
  const options = {
    ...urlToHttpOptions(target),
    method,
    ca: readFileSync(tlsCaFile),
    timeout: callMilliseconds,
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
      ...(authorization !== undefined && { authorization }),
    },
  };
  const answer = await exchange(options, text).catch(({ message }: Error) => {
    throw new Error(`The CA at ${url} cannot be asked: ${message}`);
  });
  const reply = parse(answer.text);
  if (!reply || (!reply.success && !mayFail)) {
    const words = reply?.errors.map(({ message }) => message).join('; ') ?? answer.text.slice(0, 200);
    throw new Error(`The CA at ${url} refuses ${path}: ${answer.status} ${words}`);
  }
  return reply;
}

function parse(text: string): CaReply | undefined {
  try {
    const reply = JSON.parse(text) as Partial<CaReply>;
    return { success: reply.success === true, result: reply.result, errors: reply.errors ?? [] };
  } catch {
    return undefined;
  }
}
