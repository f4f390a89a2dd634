/** Rows of a CSV text (RFC 4180) by the names of its first line. Throws at a row of another length. */
export function readCsv(text: string): Record<string, string>[] {
  const [names = [], ...rows] = parse(text);
  return rows.map((cells, index) => {
    if (cells.length !== names.length) {
      throw new Error(`row ${index + 2} has ${cells.length} cells, the first line ${names.length}`);
    }
    return Object.fromEntries(names.map((name, column) => [name, cells[column] ?? '']));
  });
}

function parse(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // A cell in quotes, in which "" is a quote, or one without; then what ends it.
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;
  while (cell.lastIndex < text.length) {
    const start = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null) throw new Error(`a quote is out of place near character ${start}`);
    const [, quoted, plain = '', end] = match;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
