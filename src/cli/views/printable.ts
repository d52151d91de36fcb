/** What came from elsewhere, as one line: no control character of it reaches the terminal as such. */
export const printable = (text: string): string =>
  text.replaceAll(/\s*[\r\n]+\s*/g, ' ').replaceAll(/\p{Cc}/gu, (each) => {
    return `\\x${each.codePointAt(0)!.toString(16).padStart(2, '0')}`
  })
