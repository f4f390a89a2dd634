/** The development issuer as a process of its own: node network/sandbox/main.ts --data <folder> --port <n> [--listen <address> --url <url>]. */
import { parseArgs } from 'node:util';
import { startIssuer } from './issuer.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string', default: '/data' },
    port: { type: 'string', default: '8090' },
    listen: { type: 'string' },
    url: { type: 'string' },
  },
});
const { data, port, listen, url } = values;
const issuer = await startIssuer({
  folder: data,
  port: Number(port),
  ...(listen === undefined ? {} : { host: listen }),
  ...(url === undefined ? {} : { url }),
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void issuer.close().then(() => process.exit(0)));
}
process.stdout.write(`${JSON.stringify({ ready: true, url: issuer.url })}\n`);
