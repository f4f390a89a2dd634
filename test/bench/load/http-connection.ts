import { connect, type Socket } from 'node:net';

export interface HttpAnswer {
  status: number;
  headers: string;
  body: string;
}

const endOfHeaders = Buffer.from('\r\n\r\n');

/**
 * One connection that stays open and carries one request at a time. Node's own HTTP client would cost more than the
 * gateway it is to load; this reads only answers with a content-length, which is what our gateway sends.
 */
export function openHttpConnection(base: string) {
  const url = new URL(base);
  let socket: Socket | undefined;
  let received: Buffer[] = [];
  let waiting: PromiseWithResolvers<HttpAnswer> | undefined;

  function fail(error: Error): void {
    socket?.destroy();
    socket = undefined;
    received = [];
    waiting?.reject(error);
    waiting = undefined;
  }

  function open(): Socket {
    const opened = connect({ host: url.hostname, port: Number(url.port), noDelay: true });
    opened.on('data', (bytes) => {
      received.push(bytes);
      const answer = tryRead(received);
      if (!answer) return;
      received = [];
      const { promise: _, resolve } = waiting ?? Promise.withResolvers<HttpAnswer>();
      waiting = undefined;
      resolve(answer);
    });
    opened.on('error', fail);
    opened.on('close', () => fail(new Error('The connection was closed.')));
    return opened;
  }

  /** Sends one request; rejects when the connection breaks, and opens a new one for the next. */
  function request(
    method: string,
    path: string,
    { token, body }: { token: string; body?: string },
  ): Promise<HttpAnswer> {
    socket ??= open();
    waiting = Promise.withResolvers<HttpAnswer>();
    const content =
      body === undefined ? '' : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
    socket.write(
      `${method} ${path} HTTP/1.1\r\nhost: ${url.host}\r\nauthorization: Bearer ${token}\r\n${content}\r\n${body ?? ''}`,
    );
    return waiting.promise;
  }

  return { request, close: () => socket?.destroy() };
}

/** The answer once it is complete. */
function tryRead(received: Buffer[]): HttpAnswer | undefined {
  const all = received.length === 1 ? (received[0] as Buffer) : Buffer.concat(received);
  if (received.length > 1) received.splice(0, received.length, all);
  const end = all.indexOf(endOfHeaders);
  if (end < 0) return undefined;
  const headers = all.toString('latin1', 0, end);
  const length = Number(/^content-length: (\d+)/im.exec(headers)?.[1] ?? 0);
  const from = end + endOfHeaders.length;
  if (all.length < from + length) return undefined;
  return { status: Number(headers.slice(9, 12)), headers, body: all.toString('utf8', from, from + length) };
}
