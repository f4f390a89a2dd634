import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { AuditReport } from '../../auditor/audit-ledger.ts';

const main = fileURLToPath(new URL('audit-main.ts', import.meta.url));
/** The auditor's model keeps every id that was ever accepted. */
const heapMegabytes = 14_000;

/** Replays the whole ledger through the independent auditor, in a process of its own for its memory's sake. */
export async function runAuditor({
  dataFolder,
  portBase,
}: {
  dataFolder: string;
  portBase: number;
}): Promise<AuditReport> {
  const child = spawn(
    process.execPath,
    ['--no-warnings', `--max-old-space-size=${heapMegabytes}`, main, dataFolder, String(portBase)],
    { env: { ...process.env, NODE_OPTIONS: '' }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const said = { out: '', error: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.error = `${said.error}${text}`.slice(-2_000);
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`The auditor ended with ${code}: ${said.error}`);
  return JSON.parse(said.out);
}
