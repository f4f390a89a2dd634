import http2 from 'node:http2';
import { type ChaincodeMessage, createFrameReader, decodeMessage } from './wire.ts';

/** Where a chaincode listens as a service, and how the peer shows itself to it. */
export interface ChaincodeServer {
  packageId: string;
  address: string;
  tls?: { rootCert: Buffer; clientCert: Buffer; clientKey: Buffer };
}

/** An open call of protos.Chaincode/Connect. */
export interface ChaincodeStream {
  /** Sends a frame soon, together with others of this turn of the event loop. */
  send(frame: Buffer): void;
  /** Ends the call and its connection. */
  close(reason?: Error): void;
}

interface Listener {
  onMessage(message: ChaincodeMessage): void;
  /** Called once, however the call ended. */
  onEnd(reason?: Error): void;
}

const windowBytes = 4 * 1024 * 1024;
const request = {
  ':method': 'POST',
  ':path': '/protos.Chaincode/Connect',
  'content-type': 'application/grpc',
  te: 'trailers',
  'user-agent': 'tangram-embedded-peer',
};

/** Connects within the time and calls Connect. */
export async function openStream(
  server: ChaincodeServer,
  timeoutMs: number,
  listener: Listener,
): Promise<ChaincodeStream> {
  const connection = await connect(server, timeoutMs);
  const call = connection.request(request, { endStream: false });
  let waiting: Buffer[] = [];
  let isEnded = false;

  const end = (reason?: Error) => {
    if (isEnded) return;
    isEnded = true;
    connection.destroy();
    listener.onEnd(reason);
  };
  const flush = () => {
    const frames = waiting;
    waiting = [];
    if (isEnded || call.destroyed) return;
    call.write(frames.length === 1 ? frames[0] : Buffer.concat(frames));
  };
  const read = createFrameReader((bytes) => listener.onMessage(decodeMessage(bytes)));
  call.on('data', (chunk: Buffer) => {
    try {
      read(chunk);
    } catch (error) {
      end(error as Error);
    }
  });
  call.on('response', (headers) => {
    // A call that fails at once has its status in the headers; any other comes in trailers.
    if (headers[':status'] !== 200) end(new Error(`unexpected HTTP status ${headers[':status']}`));
    else if (headers['grpc-status'] !== undefined) end(failureIn(headers));
  });
  call.on('trailers', (trailers) => end(failureIn(trailers)));
  call.on('error', end);
  call.on('close', () => end());
  connection.on('error', end);
  return {
    send(frame) {
      if (waiting.length === 0) setImmediate(flush);
      waiting.push(frame);
    },
    close: end,
  };
}

function failureIn(headers: http2.IncomingHttpHeaders): Error | undefined {
  const status = headers['grpc-status'];
  if (status === '0') return undefined;
  return new Error(`status ${status}: ${decodeURIComponent(String(headers['grpc-message'] ?? ''))}`);
}

function connect({ address, tls }: ChaincodeServer, timeoutMs: number): Promise<http2.ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const connection = http2.connect(`${tls ? 'https' : 'http'}://${address}`, {
      settings: { initialWindowSize: windowBytes, enablePush: false },
      ...(tls && { ca: tls.rootCert, cert: tls.clientCert, key: tls.clientKey }),
    });
    const fail = (reason: Error) => {
      clearTimeout(timer);
      connection.destroy();
      reject(reason);
    };
    const timer = setTimeout(() => fail(new Error('context deadline exceeded')), timeoutMs);
    connection.once('error', fail);
    connection.once('close', () => fail(new Error('connection closed')));
    connection.once('remoteSettings', () => {
      clearTimeout(timer);
      connection.removeListener('error', fail);
      connection.setLocalWindowSize(windowBytes);
      resolve(connection);
    });
  });
}
