/** A process that makes load: does what its parent asks over the inter-process channel, and ends with it. */
import { openBulkLoad } from './bulk-load.ts';
import { openLaneLoad } from './lane-load.ts';
import { openNaiveLoad } from './naive-load.ts';
import type { Load, LoadRequest, LoadSpec } from './protocol.ts';
import { openRestLoad } from './rest-load.ts';

let load: Load | undefined;

function open(spec: LoadSpec): Promise<Load> {
  if (spec.kind === 'naive') return openNaiveLoad(spec);
  if (spec.kind === 'lanes') return openLaneLoad(spec);
  return spec.kind === 'rest' ? openRestLoad(spec) : openBulkLoad(spec);
}

async function answer(request: LoadRequest): Promise<unknown> {
  if (request.kind === 'open') {
    load = await open(request.spec);
    return true;
  }
  if (!load) throw new Error('This process was not told yet what load it makes.');
  if (request.kind === 'change') return load.change?.(request.spec);
  if (request.kind === 'run') return load.run(request.window);
  if (request.kind === 'prepare') return load.prepare?.(request);
  if (request.kind === 'books') return load.books?.();
  if (request.kind === 'openAccounts') return load.openAccounts?.(request);
  if (request.kind === 'openLoans') return load.openLoans?.(request.count);
  if (request.kind === 'accrueLoans') return load.accrueLoans?.();
  if (request.kind === 'appliedBlock') return load.appliedBlock?.();
  if (request.kind === 'undelivered') return load.undelivered?.();
  await load.stop();
  return true;
}

// What ends us with our parent lets the channel go; here it is what keeps us alive.
process.channel?.ref();
process.on('message', ({ id, request }: { id: number; request: LoadRequest }) => {
  answer(request).then(
    (result) => process.send?.({ id, result }),
    (error: Error) => process.send?.({ id, error: error.stack ?? error.message }),
  );
});
