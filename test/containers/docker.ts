import { spawnSync } from 'node:child_process';
import { whyNoEngine } from '@tangram/network/compose/project.ts';
import { GenericContainer } from 'testcontainers';

/** Why compose cannot be run here; undefined when it can. */
export function whyNoCompose(): string | undefined {
  const missing = whyNoEngine();
  if (missing !== undefined) return missing;
  const commands = [['docker', 'compose'], ['docker-compose']];
  const found = commands.some(([program = '', ...args]) => spawnSync(program, [...args, 'version']).status === 0);
  return found ? undefined : 'there is no docker compose';
}

/** `test`, or `test.skip` with a line on stderr that says what lacks. */
export function skipLoudly(file: string, why: string | undefined): typeof test | typeof test.skip {
  if (why === undefined) return test;
  process.stderr.write(`SKIPPED test/containers/${file}: ${why}.\n`);
  return test.skip;
}

/** A container as we run them: read-only root, no capability, nothing gained from set-user-id programs. */
export class LockedContainer extends GenericContainer {
  constructor(image: string) {
    super(image);
    this.hostConfig.ReadonlyRootfs = true;
    this.withDroppedCapabilities('ALL')
      .withSecurityOpt('no-new-privileges')
      .withTmpFs({ '/tmp': 'rw,noexec,mode=1777' });
  }
}
