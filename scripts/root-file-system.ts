import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Who runs in our images: no name on the machine, no rights on it. */
export const imageUser = 65_532;

/** A program of this machine and where it belongs in an image. */
export interface Program {
  from: string;
  to: string;
}

const loaders = ['/lib64/ld-linux-x86-64.so.2', '/lib/ld-linux-aarch64.so.1'];
// Loaded by name at run time, so that no program lists them: looking up users and host names.
const nameServices = ['libnss_files.so.2', 'libnss_dns.so.2', 'libresolv.so.2'];

/**
 * Lays out the smallest root in which the programs run: themselves, their shared libraries, name services, one user.
 * Throws where the machine has no glibc loader, as on Alpine.
 */
export function writeRootFileSystem(folder: string, programs: readonly Program[]): void {
  const loader = loaders.find((file) => existsSync(file));
  if (loader === undefined) throw new Error('This machine has no glibc, so its programs cannot be put into an image.');
  copy(loader, join(folder, loader));
  for (const { from, to } of programs) {
    copy(from, join(folder, to));
    for (const library of librariesOf(loader, from)) copy(library, join(folder, library));
  }
  write(folder, 'etc/passwd', `tangram:x:${imageUser}:${imageUser}::/tmp:/none\n`);
  write(folder, 'etc/group', `tangram:x:${imageUser}:\n`);
  write(folder, 'etc/nsswitch.conf', 'hosts: files dns\n');
  mkdirSync(join(folder, 'tmp'), { recursive: true });
  chmodSync(join(folder, 'tmp'), 0o1777);
}

/** What the loader itself would load; the C library's folder also holds what name services need. */
function librariesOf(loader: string, program: string): string[] {
  const libraries = execFileSync(loader, ['--list', program], { encoding: 'utf8' })
    .split('\n')
    .map((line) => /=> (\/\S+)/.exec(line)?.[1])
    .filter((file) => file !== undefined);
  const folders = new Set(libraries.map((file) => dirname(file)));
  const found = [...folders].flatMap((folder) => nameServices.map((name) => join(folder, name)));
  return [...libraries, ...found.filter((file) => existsSync(file))];
}

function copy(from: string, to: string): void {
  if (existsSync(to)) return;
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(realpathSync(from), to);
}

function write(folder: string, name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
