import { backup } from './backup.ts';
import { compare } from './compare.ts';
import type { Command } from './context.ts';
import { deployCommand } from './deploy.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { logs } from './logs.ts';
import { renewCerts } from './renew-certs.ts';
import { resolveCommand } from './resolve.ts';
import { status } from './status.ts';
import { topology } from './topology.ts';
import { up } from './up.ts';
import { why } from './why.ts';

/** Every command, in the order in which an operator meets them. */
export const commands: readonly Command[] = [
  doctor,
  up,
  status,
  topology,
  logs,
  why,
  compare,
  backup,
  deployCommand,
  renewCerts,
  resolveCommand,
  down,
];
