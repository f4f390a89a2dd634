import { addOrganization } from './add-org.ts';
import { backup } from './backup.ts';
import { compare } from './compare.ts';
import type { Command } from './context.ts';
import { deployCommand } from './deploy.ts';
import { doctor } from './doctor.ts';
import { down } from './down.ts';
import { exportPublicCommand } from './export-public.ts';
import { importPublicCommand } from './import-public.ts';
import { logs } from './logs.ts';
import { prometheus } from './prometheus.ts';
import { readRow } from './read-row.ts';
import { removeOrganization } from './remove-org.ts';
import { renewCerts } from './renew-certs.ts';
import { resolveCommand } from './resolve.ts';
import { restart } from './restart.ts';
import { restore } from './restore.ts';
import { signUpdate } from './sign-update.ts';
import { status } from './status.ts';
import { topology } from './topology.ts';
import { up } from './up.ts';
import { why } from './why.ts';

/** Every command, in the order in which an operator meets them. */
export const commands: readonly Command[] = [
  doctor,
  exportPublicCommand,
  importPublicCommand,
  up,
  status,
  topology,
  logs,
  restart,
  prometheus,
  why,
  readRow,
  compare,
  backup,
  restore,
  deployCommand,
  renewCerts,
  addOrganization,
  removeOrganization,
  signUpdate,
  resolveCommand,
  down,
];
