// What may be a secret → what may be shown of it: logs of a pipeline are read by many.

/** A text with URLs in it, without their passwords. These may hold any character but a blank, unescaped ones too. */
export const withoutPasswords = (text: string): string => text.replaceAll(/:\/\/\S*@/g, '://***@')

/** Of what should be a header line, the name that it begins with. */
export const headerNameIn = (line: string): string => {
  const [name = ''] = /^[^\s:=]*/.exec(line) ?? []
  return name === line ? line : `${name}…`
}
