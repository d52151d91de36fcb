// HTML that cannot be injected into: every value is escaped, unless it is HTML of our own making.

export interface Html {
  readonly html: string
}

type Value = Html | string | number | null | undefined | false | readonly Value[]

/** A template tag: html`<td>${untrusted}</td>`. Absent and false values leave nothing; lists are joined. */
export function html(strings: TemplateStringsArray, ...values: Value[]): Html {
  const parts = strings.map((text, index) => text + (index < values.length ? render(values[index]) : ''))
  return { html: parts.join('') }
}

/**
 * A script or style with exactly this text inside: its hash stands in the page's policy, so not even a space may
 * be added. The text is an asset of ours.
 */
export const element = (name: 'script' | 'style', text: string): Html => ({
  html: `<${name}>${text}</${name}>`,
})

/** Data of the page, for JSON.parse. Nothing in it can end the script: an escaped `<` is all that takes. */
export const embeddedJson = (id: string, value: unknown): Html => ({
  html: `<script type="application/json" id="${id}">${JSON.stringify(value).replaceAll('<', '\\u003c')}</script>`,
})

function render(value: Value): string {
  if (value === null || value === undefined || value === false) return ''
  if (typeof value === 'string') return escape(value)
  if (typeof value === 'number') return String(value)
  if (isList(value)) return value.map(render).join('')
  return value.html
}

const isList = (value: Html | readonly Value[]): value is readonly Value[] => Array.isArray(value)

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => entities[character]!)
