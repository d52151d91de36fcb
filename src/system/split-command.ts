// A command line → its argument vector, without a shell: words, 'single' and "double" quotes, and
// backslash escapes. Nothing is expanded, so nothing can be injected.

/** `python "my app.py"` → ["python", "my app.py"]. An open quote simply ends with the text. */
export function splitCommand(line: string): string[] {
  const words: string[] = []
  const pattern = /'([^']*)'?|"((?:\\.|[^"\\])*)"?|\\(.)|([^\s'"\\]+)|(\s+)/gs
  let word: string | undefined
  for (const [, single, double, escaped, plain, space] of line.matchAll(pattern)) {
    if (space !== undefined) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else word = (word ?? '') + (single ?? double?.replace(/\\(.)/gs, '$1') ?? escaped ?? plain ?? '')
  }
  if (word !== undefined) words.push(word)
  return words
}
