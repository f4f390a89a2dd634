const DELIMITERS = [',', ';', '\t'];

/**
 * Rows of a CSV text (RFC 4180) by the names of its first line. What separates cells, a comma, semicolon or tab, is what
 * the first line has most of. Throws at a row of another length, and where two columns have one name.
 */
export function readCsv(text: string): Record<string, string>[] {
  const plain = text.replace(/^\uFEFF/, '');
  const [names = [], ...rows] = parse(plain, delimiterOf(plain));
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Error(`two columns are named ${twice}`);
  return rows.flatMap((cells, index) => {
    // A line without anything is the end of a file, not an applicant.
    if (cells.length === 1 && cells[0] === '' && names.length > 1) return [];
    if (cells.length !== names.length) {
      throw new Error(`row ${index + 2} has ${cells.length} cells, the first line ${names.length}`);
    }
    return [Object.fromEntries(names.map((name, column) => [name, cells[column] ?? '']))];
  });
}

function delimiterOf(text: string): string {
  const first = text.split('\n', 1)[0]?.replaceAll(/"(?:[^"]|"")*"/g, '') ?? '';
  const counts = DELIMITERS.map((delimiter) => first.split(delimiter).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))] as string;
}

function parse(text: string, delimiter: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // A cell in quotes, in which "" is a quote, or one without; then what ends it.
  const cell = new RegExp(`(?:"((?:[^"]|"")*)"|([^"${delimiter}\\r\\n]*))(${delimiter}|\\r?\\n|$)`, 'y');
  while (cell.lastIndex < text.length) {
    const start = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null) throw new Error(`a quote is out of place near character ${start}`);
    const [, quoted, plain = '', end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === delimiter) continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
