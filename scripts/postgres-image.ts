import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { imageUser, writeRootFileSystem } from './root-file-system.ts';

const systemFolder = '/usr/lib/postgresql';
const dataFolder = '/var/lib/postgresql/data';
const entrypoint = '/usr/local/bin/entrypoint.sh';
const tools = ['bash', 'sh', 'mv', 'rm'];
/** What a new cluster loads by name. */
const modules = ['plpgsql.so', 'dict_snowball.so'];

/**
 * What the official image's entrypoint does with the settings of docker-compose.yaml: makes the cluster and the role's
 * database once. A cluster counts from the moment that it is whole.
 */
const script = `#!/bin/bash
set -e
if [[ ! -s $PGDATA/PG_VERSION ]]; then
  rm -rf "$PGDATA.new"
  initdb --pgdata="$PGDATA.new" --username="$POSTGRES_USER" --pwfile="$POSTGRES_PASSWORD_FILE" \\
    --auth-host=scram-sha-256 --auth-local=scram-sha-256 --encoding=UTF8 --locale=C
  postgres --single -D "$PGDATA.new" postgres <<< "CREATE DATABASE \\"$POSTGRES_USER\\""
  mv "$PGDATA.new" "$PGDATA"
fi
exec "$@"
`;

/** Folder of the newest PostgreSQL that this machine has installed with its server; undefined when there is none. */
export function findPostgresPrograms(): string | undefined {
  const versions = existsSync(systemFolder) ? readdirSync(systemFolder) : [];
  return versions
    .sort((one, other) => Number(other) - Number(one))
    .map((version) => join(systemFolder, version, 'bin'))
    .find((folder) =>
      ['initdb', 'postgres', 'pg_isready', 'pg_config'].every((each) => existsSync(join(folder, each))),
    );
}

/** Lays out an image of this machine's PostgreSQL: a stand-in for the official one where none can be pulled. */
export function writePostgresContext(programs: string, folder: string): void {
  const root = join(folder, 'root');
  const placeOf = (what: string) =>
    execFileSync(join(programs, 'pg_config'), [`--${what}`], { encoding: 'utf8' }).trim();
  const [shared, libraries] = [placeOf('sharedir'), placeOf('pkglibdir')];
  const inPlace = (file: string) => ({ from: file, to: file });
  writeRootFileSystem(root, [
    ...['initdb', 'postgres', 'pg_isready'].map((name) => inPlace(join(programs, name))),
    ...modules.map((name) => inPlace(join(libraries, name))),
    ...tools.map((name) => inPlace(`/bin/${name}`)),
  ]);
  cpSync(shared, join(root, shared), { recursive: true, dereference: true, filter: (path) => !path.endsWith('/man') });
  mkdirSync(join(root, 'usr/share/zoneinfo'), { recursive: true });
  copyFileSync('/usr/share/zoneinfo/UTC', join(root, 'usr/share/zoneinfo/UTC'));
  mkdirSync(join(root, entrypoint, '..'), { recursive: true });
  writeFileSync(join(root, entrypoint), script);
  chmodSync(join(root, entrypoint), 0o755);
  mkdirSync(join(folder, 'data'), { recursive: true });
  writeFileSync(
    join(folder, 'Dockerfile'),
    [
      'FROM scratch',
      'COPY root /',
      `COPY --chown=${imageUser}:${imageUser} data ${dataFolder}`,
      `ENV PATH=${programs}:/usr/local/bin:/bin TZ=UTC PGDATA=${dataFolder}`,
      `USER ${imageUser}:${imageUser}`,
      `ENTRYPOINT ["${entrypoint}"]`,
      'CMD ["postgres"]',
      '',
    ].join('\n'),
  );
}
