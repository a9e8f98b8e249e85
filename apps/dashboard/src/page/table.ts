import { type Html, html } from './html.ts';

export interface TableOptions {
  /** Names the table for screen readers. */
  readonly label: string;
  /** Headings; one that starts with `#` is of a numeric column. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (Html | string)[])[];
}

/** A table that scrolls within itself when the window is narrow, also by keyboard. */
export function table({ label, columns, rows }: TableOptions): Html {
  const classOf = (column: string | undefined) => (column?.startsWith('#') ? 'number' : '');
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
    <thead><tr>${columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.replace('#', '')}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td class="${classOf(columns[index])}">${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}
