// What the tables of the page share.

import { html, type Html } from './html.ts'

/** The names of the columns: of figures, or of text. */
export const tableHead = (...columns: (string | { text: string })[]): Html =>
  html`<thead>
    <tr>
      ${columns.map((column) =>
        typeof column === 'string' ? html`<th>${column}</th>` : html`<th class="text">${column.text}</th>`,
      )}
    </tr>
  </thead>`

export const mark = (isGood: boolean): Html =>
  isGood
    ? html`<span class="mark good" title="held">✔</span>`
    : html`<span class="mark bad" title="did not hold">✘</span>`
