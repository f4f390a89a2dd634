import { Readable } from 'node:stream';
import { errors } from '../plugins/errors.ts';
import type { EventView, ReadModel } from '../read-model/types.ts';
import type { Access } from './access.ts';
import { type Route, route } from './route.ts';

const EVENT_ID = /^\d{1,19}\.\d{1,9}\.\d{1,9}$/;
const EVENTS_PER_READ = 200;
/** Proxies must not hold events back, and a connection whose stream has ended is of no further use. */
const STREAM_HEADERS = { 'x-accel-buffering': 'no', connection: 'close' };
const HEARTBEAT_MILLISECONDS = 15_000;

export interface EventStreamOptions {
  readModel: Pick<ReadModel, 'listEvents' | 'subscribe'>;
  isVisible(event: EventView): Promise<boolean>;
  lastEventId: string | undefined;
  /** Ends the stream: the gateway stops, the token expires or the client has gone. */
  signal: AbortSignal;
  heartbeatMilliseconds?: number;
}

/** One event in the format of server-sent events. JSON holds no line break, so no event can forge another. */
export function eventFrame(event: EventView): string {
  const { id, type, data, time, transactionId } = event;
  const name = type.replaceAll(/[^A-Za-z0-9]/g, '');
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify({ id, type, time, transactionId, data })}\n\n`;
}

/** Every visible event after the last one received, then those to come, with a comment when it is quiet. */
export async function* eventFrames(options: EventStreamOptions): AsyncGenerator<string> {
  const { readModel, signal } = options;
  const news = new Doorbell();
  const unsubscribe = readModel.subscribe(() => news.ring());
  const stop = () => news.ring();
  signal.addEventListener('abort', stop);
  let cursor = options.lastEventId;
  try {
    yield 'retry: 2000\n\n';
    while (!signal.aborted) {
      const events = await readModel.listEvents(cursor, EVENTS_PER_READ);
      for (const event of events) {
        if (await options.isVisible(event)) yield eventFrame(event);
        cursor = event.id;
      }
      if (events.length > 0) continue;
      if (!(await news.wait(options.heartbeatMilliseconds ?? HEARTBEAT_MILLISECONDS))) yield ': heartbeat\n\n';
    }
  } finally {
    signal.removeEventListener('abort', stop);
    unsubscribe();
  }
}

/** Remembers a ring until somebody waits, so that news between a read and the wait is not slept through. */
class Doorbell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async wait(milliseconds: number): Promise<boolean> {
    if (!this.#rung) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, milliseconds);
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#wake = undefined;
    const wasRung = this.#rung;
    this.#rung = false;
    return wasRung;
  }
}

/** Regulators see all; staff what concerns their bank's accounts, its lane and itself; customers their accounts. */
export async function isVisibleTo(
  event: EventView,
  reader: { access: Access; organization: string },
): Promise<boolean> {
  if (await reader.access.maySee(event.accounts)) return true;
  if (!reader.access.isStaff || event.accounts.length > 0) return false;
  const { debtorBank, creditorBank, bank } = event.data;
  return [event.lane, debtorBank, creditorBank, bank].includes(reader.organization);
}

/** The route of the event stream; `closing` ends all streams when the gateway stops. */
export function eventRoutes(closing: AbortSignal): Route[] {
  let streams = 0;
  return [
    route({
      method: 'GET',
      path: '/v1/events',
      operationId: 'streamEvents',
      tag: 'events',
      summary: 'Follow events as server-sent events',
      description:
        'The id of an event is its place on the ledger: `block.transaction.index`. With Last-Event-ID the stream goes ' +
        'on with exactly the next event; without it, it begins with the first event of the ledger.',
      roles: ['customer', 'operator', 'regulator'],
      text: { response: 'text/event-stream' },
      success: { status: 200, description: 'A stream of text/event-stream.' },
      errors: ['API_EVENT_ID_INVALID', 'API_STREAMS_LIMIT_EXCEEDED'],
      async run({ access, organization, services, caller, request, reply, limits }) {
        const lastEventId = request.headers['last-event-id'];
        if (lastEventId !== undefined && !EVENT_ID.test(String(lastEventId))) throw errors.EVENT_ID_INVALID();
        if (streams >= limits.streams) throw errors.STREAMS_LIMIT_EXCEEDED({ streamsMax: limits.streams });
        const gone = new AbortController();
        const millisecondsLeft = Math.max(0, caller.expiresAt * 1000 - Date.now());
        const signal = AbortSignal.any([closing, gone.signal, AbortSignal.timeout(millisecondsLeft)]);
        const frames = eventFrames({
          readModel: services.readModel,
          isVisible: (event) => isVisibleTo(event, { access, organization }),
          lastEventId: lastEventId as string | undefined,
          signal,
        });
        const stream = Readable.from(frames, { objectMode: false, highWaterMark: 64 * 1024 });
        streams += 1;
        stream.once('close', () => {
          streams -= 1;
        });
        // Aborted before it is destroyed: a stream closes only when its generator has stopped waiting.
        reply.raw.once('close', () => {
          gone.abort();
          stream.destroy();
        });
        return { body: stream, mediaType: 'text/event-stream', headers: STREAM_HEADERS };
      },
    }),
  ];
}
