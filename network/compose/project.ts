import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readEnvFile } from './env-file.ts';

const root = join(import.meta.dirname, '..', '..');
const execute = promisify(execFile);
const outputBytes = 64 * 1024 * 1024;
// docker-compose 1.29 gives an engine a minute, which a busy machine may need for thirty containers.
const patience = { COMPOSE_HTTP_TIMEOUT: '600' };
// A slot that an upgrade left behind is in no profile that the env file names.
const allProfiles = 'postgres,chaincode-a,chaincode-b';

export interface ProjectOptions {
  /** Project of its own beside others on the same engine; the env file names the usual one. */
  project?: string;
  /** Wins over the env file: image names, ports, kind of read model. */
  environment?: Record<string, string>;
  /** COMPOSE_ENV_FILES, else `.env`; an upgrade writes into it. */
  envFile?: string;
  /** Compose files after docker-compose.yaml. */
  overrides?: string[];
}

export interface Container {
  id: string;
  service: string;
  /** running, exited, restarting … */
  state: string;
  /** What docker ps says of it: `Up 2 minutes (healthy)`. */
  status: string;
}

export type Project = ReturnType<typeof openProject>;

/** The containers of docker-compose.yaml as one project of the container engine. Refuses a machine without compose. */
export function openProject({
  project,
  environment = {},
  envFile = defaultEnvFile(),
  overrides = [],
}: ProjectOptions = {}) {
  const [program = '', ...words] = composeCommand();
  const files = ['docker-compose.yaml', ...overrides].flatMap((file) => ['--file', file]);
  const own: Record<string, string> = { ...environment };
  const settings = (): Record<string, string | undefined> => ({ ...readEnvFile(envFile), ...process.env, ...own });
  const name = project ?? settings().COMPOSE_PROJECT_NAME ?? 'tangram';
  const first = [...words, '--env-file', envFile, '--project-name', name, ...files];
  const options = () => ({ cwd: root, env: { ...patience, ...process.env, ...own }, maxBuffer: outputBytes });

  /** Runs compose and returns what it prints; throws with its last words. */
  const compose = (...args: string[]): Promise<string> => run(program, args[0] ?? '', [...first, ...args]);
  const docker = (...args: string[]): Promise<string> => run('docker', args[0] ?? '', args);

  async function run(file: string, what: string, args: string[]): Promise<string> {
    const { stdout } = await execute(file, args, options()).catch((error: Error & { stderr?: string }) => {
      const said = (error.stderr || error.message).trim().split('\n').slice(-6).join('\n');
      throw new Error(`${file} ${what} failed:\n${said}`, { cause: error });
    });
    return stdout.trim();
  }

  /** Runs a one-shot command of the set-up image and returns its answer. */
  async function setUp<Answer>(service: 'prepare' | 'open', ...args: string[]): Promise<Answer> {
    const answer = await compose('run', '--rm', '--no-deps', '-T', service, ...args);
    return JSON.parse(answer.split('\n').at(-1) ?? 'null');
  }

  /** The project's containers, one-shot ones that commands run left out; of some services, or all. */
  function containers(services?: readonly string[]): Container[] {
    const label = (key: string) => `{{.Label "com.docker.compose.${key}"}}`;
    const format = ['{{.ID}}', label('service'), label('oneoff'), '{{.State}}', '{{.Status}}'].join('\t');
    const args = ['ps', '--all', '--filter', `label=com.docker.compose.project=${name}`, '--format', format];
    const lines = execFileSync('docker', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
    return lines.flatMap((line) => {
      const [id = '', service = '', oneOff, state = '', status = ''] = line.split('\t');
      const isAsked = services === undefined || services.includes(service);
      return isAsked && oneOff !== 'True' ? [{ id, service, state, status }] : [];
    });
  }

  /** Runs compose for somebody who reads along; returns its exit code. */
  async function show(...args: string[]): Promise<number> {
    const [code] = await once(spawn(program, [...first, ...args], { ...options(), stdio: 'inherit' }), 'exit');
    return code ?? 1;
  }

  /** Ends and removes the containers of every profile, and the network; volumes only when asked. */
  async function down({ purge }: { purge: boolean }): Promise<void> {
    const isOwn = 'COMPOSE_PROFILES' in own;
    const before = own.COMPOSE_PROFILES ?? '';
    own.COMPOSE_PROFILES = allProfiles;
    try {
      await compose('down', '--remove-orphans', ...(purge ? ['--volumes'] : []));
    } finally {
      if (isOwn) own.COMPOSE_PROFILES = before;
      else delete own.COMPOSE_PROFILES;
    }
  }

  const isRunning = () => containers().some(({ state }) => state === 'running');
  return { name, envFile, own, settings, compose, docker, setUp, containers, show, down, isRunning };
}

const defaultEnvFile = () => process.env.COMPOSE_ENV_FILES ?? join(root, '.env');

/** Why there is no container engine to talk to; undefined when there is one. */
export function whyNoEngine(): string | undefined {
  const { status, error, stderr } = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return error ? 'there is no docker command' : stderr.trim().split('\n').at(-1);
}

/** `docker compose`, or the older program of that name; throws where there is neither. */
function composeCommand(): string[] {
  const commands = [['docker', 'compose'], ['docker-compose']];
  const found = commands.find(([program = '', ...args]) => spawnSync(program, [...args, 'version']).status === 0);
  if (!found) throw new Error('The compose driver needs docker compose (v2), or docker-compose 1.29: neither is here.');
  return found;
}
