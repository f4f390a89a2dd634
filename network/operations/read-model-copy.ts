import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

const execute = promisify(execFile);

type ReadModel = { kind: 'sqlite'; file: string } | { kind: 'postgres'; url: string };

/** Where a gateway's configuration says that its read model is. */
export function readModelOf(configFile: string): ReadModel {
  return (JSON.parse(readFileSync(configFile, 'utf8')) as { readModel: ReadModel }).readModel;
}

/** Name of the copy of a read model. */
export const copyName = ({ kind }: ReadModel): string => (kind === 'sqlite' ? 'read-model.sqlite' : 'read-model.dump');

/** Copies a read model at one moment while its gateway goes on writing. */
export async function saveReadModel(model: ReadModel, to: string): Promise<void> {
  mkdirSync(dirname(to), { recursive: true });
  if (model.kind === 'postgres') return run('pg_dump', ['--format=custom', '--file', to], model.url);
  const source = new DatabaseSync(model.file, { readOnly: true });
  try {
    await backup(source, to);
  } finally {
    source.close();
  }
}

/** Puts a copy back where the configuration wants it; the gateway must not be running. */
export async function placeReadModel(model: ReadModel, from: string): Promise<void> {
  if (model.kind === 'sqlite') {
    mkdirSync(dirname(model.file), { recursive: true });
    copyFileSync(from, model.file);
    return;
  }
  const { PGDATABASE } = connectionOf(model.url);
  await run('pg_restore', ['--clean', '--if-exists', '--no-owner', '--dbname', PGDATABASE, from], model.url);
}

/** The password goes by the environment: a command line can be read by every process of the machine. */
async function run(program: string, args: string[], url: string): Promise<void> {
  await execute(program, args, { env: { ...process.env, ...connectionOf(url) } }).catch(
    (error: { code?: string; stderr?: string; message: string }) => {
      if (error.code === 'ENOENT') throw new Error(`${program} is not here: install PostgreSQL's client programs.`);
      throw new Error(`${program}: ${error.stderr?.trim() || error.message}`);
    },
  );
}

function connectionOf(url: string) {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port || '5432',
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
}

/** Folder of a gateway below the run folder. */
export const gatewayFolder = (dataFolder: string, instance: string): string => join(dataFolder, 'gateways', instance);
