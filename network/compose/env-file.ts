import { readFileSync, writeFileSync } from 'node:fs';

/** The settings of an env file as compose reads it: NAME=value lines, nothing quoted. */
export function readEnvFile(file: string): Record<string, string> {
  const lines = readFileSync(file, 'utf8').split('\n');
  const pairs = lines.flatMap((line) => {
    const [, name, value] = /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line) ?? [];
    return name === undefined ? [] : [[name, value?.trim() ?? '']];
  });
  return Object.fromEntries(pairs);
}

/** Sets names of an env file and leaves every other line, comments included, as it is; a name it lacks comes last. */
export function changeEnvFile(file: string, changes: Record<string, string>): void {
  const left = new Map(Object.entries(changes));
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  const changed = lines.map((line) => {
    const name = line.slice(0, Math.max(0, line.indexOf('=')));
    const value = left.get(name);
    if (value === undefined) return line;
    left.delete(name);
    return `${name}=${value}`;
  });
  const added = [...left].map(([name, value]) => `${name}=${value}`);
  writeFileSync(file, `${[...changed, ...added].join('\n')}\n`);
}
