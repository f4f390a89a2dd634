/** Lines of a table with columns as wide as they need to be; numbers stand right, text left. */
export function table(rows: readonly (readonly (string | number | undefined)[])[], indent = '  '): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => text(row[column]).length)));
  const isNumeric = widths.map((_, column) => rows.slice(1).every((row) => /^[\d.-]*$/.test(text(row[column]))));
  return rows.map((row) =>
    `${indent}${row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return isNumeric[column] ? text(cell).padStart(width) : text(cell).padEnd(width);
      })
      .join('  ')}`.trimEnd(),
  );
}

const text = (cell: string | number | undefined): string => (cell === undefined ? '' : String(cell));
