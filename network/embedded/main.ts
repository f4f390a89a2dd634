import { enableCompileCache, flushCompileCache } from 'node:module';

// Types are stripped and compiled once a machine, not once a start: it halves the time and saves the compiler's memory.
enableCompileCache();

const { run } = await import('./run.ts');
run().then(flushCompileCache, (error: Error) => {
  process.stderr.write(`${error.stack}\n`);
  // Endpoints that did start would keep a half-started network alive.
  process.exit(1);
});
