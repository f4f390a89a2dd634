import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { placeReadModel, saveReadModel } from '@tangram/network/operations/read-model-copy.ts';
import { findPostgres, type Postgres, startPostgres } from '../faults/postgres.ts';

const programs = findPostgres();
// The name tells why it does not run.
const testPostgres = programs ? test : test.skip;
const missing = programs ? '' : ' (the programs of PostgreSQL are not on PATH)';
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tangram-read-model-'));
  // PostgreSQL runs as somebody else.
  chmodSync(folder, 0o755);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a copy of a read model', () => {
  test('holds one moment of a SQLite database that is still written to, and goes back whole', async () => {
    const model = { kind: 'sqlite' as const, file: join(folder, 'read-model.sqlite') };
    const writer = new DatabaseSync(model.file);
    writer.exec('pragma journal_mode = wal; create table entry (id integer); insert into entry values (1), (2)');

    const copy = join(folder, 'copy.sqlite');
    await saveReadModel(model, copy);
    writer.exec('insert into entry values (3)');
    writer.close();
    for (const end of ['', '-wal', '-shm']) rmSync(`${model.file}${end}`, { force: true });
    await placeReadModel(model, copy);

    const reader = new DatabaseSync(model.file);
    expect(reader.prepare('select count(*) as rows from entry').get()).toEqual({ rows: 2 });
    reader.close();
  });

  testPostgres(
    `replaces what a PostgreSQL database holds by what it held${missing}`,
    async () => {
      const port = 31_900 + Math.floor(Math.random() * 90);
      const options = {
        programs: programs ?? '',
        folder: join(folder, 'cluster'),
        logFolder: join(folder, 'logs'),
        port,
      };
      const postgres: Postgres = await startPostgres(options);
      try {
        const url = postgres.database('cedar');
        const sql = (statement: string) =>
          execFileSync(join(programs ?? '', 'psql'), ['-At', '-d', url, '-c', statement], { encoding: 'utf8' }).trim();
        sql('create table entry (id integer); insert into entry values (1), (2)');

        const copy = join(folder, 'read-model.dump');
        await saveReadModel({ kind: 'postgres', url }, copy);
        sql('insert into entry values (3); create table stray (id integer)');
        await placeReadModel({ kind: 'postgres', url }, copy);

        expect(sql('select count(*) from entry')).toBe('2');
      } finally {
        await postgres.stop();
      }
    },
    60_000,
  );

  test('names the database program and its words when a copy fails', async () => {
    const url = 'postgres://tangram@127.0.0.1:1/nowhere';
    await expect(saveReadModel({ kind: 'postgres', url }, join(folder, 'copy'))).rejects.toThrow(/^pg_dump/);
  });
});
