// Rows of text → aligned columns.

/** Columns as wide as their widest cell; colours do not count. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => widthOf(row[column] ?? ''))),
  )
  return rows.map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
      .join('  ')
      .trimEnd(),
  )
}

/** In columns; colours do not count. */
export const widthOf = (text: string): number => text.replace(colours, '').length

// What chalk writes: escape, "[", numbers, "m".
const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, 'g')
