import { spawnSync } from 'node:child_process';
import { GenericContainer } from 'testcontainers';

/** Why containers cannot be run here; undefined when they can. */
export function whyNoDocker(): string | undefined {
  const { status, error, stderr } = spawnSync('docker', ['version', '--format', '{{.Server.Version}}'], {
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return error ? 'there is no docker command' : stderr.trim().split('\n').at(-1);
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
