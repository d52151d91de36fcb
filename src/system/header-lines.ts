// Header lines, perhaps several of one name → one value for each name, in lower case.

import { errors } from '../errors.ts'
import { headerNameIn } from './secrets.ts'

/** Lines of one name are a list of its values (RFC 9110, 5.3); cookies are parted by semicolons (RFC 6265). */
export function joinedHeaders(lines: readonly (readonly [string, string])[]): Record<string, string> {
  const values = new Map<string, string>()
  for (const [name, value] of lines) {
    const key = name.toLowerCase()
    const before = values.get(key)
    const between = key === 'cookie' ? '; ' : ', '
    values.set(key, before === undefined ? value : `${before}${between}${value}`)
  }
  return Object.fromEntries(values)
}

/** Each as it is typed: `name: value`. Throws `bad-value`. */
export const headersTyped = (lines: readonly string[]): Record<string, string> =>
  joinedHeaders(
    lines.map((line) => {
      const colon = line.indexOf(':')
      if (colon < 1)
        throw errors.badValue('-H', headerNameIn(line), "a header such as 'authorization: Bearer abc'")
      return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()]
    }),
  )
