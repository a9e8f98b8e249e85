import { type Html, html } from './html.ts';

export interface TableOptions {
  /** Names the table for screen readers. */
  readonly label: string;
  /** Headings; one that starts with `#` is of a numeric column. */
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (Html | string)[])[];
}

/** A table. It scrolls within itself where it doesn't fit, also by keyboard; on a telephone each row flows, with its labels. */
export function table({ label, columns, rows }: TableOptions): Html {
  const classOf = (column: string | undefined) => (column?.startsWith('#') ? 'number' : '');
  const nameOf = (column: string | undefined) => column?.replace('#', '') ?? '';
  // The roles say what the elements are already: in a narrow window they flow, and browsers forget it.
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table class="flow" role="table">
    <thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col" class="${classOf(column)}">${nameOf(column)}</th>`)}</tr></thead>
    <tbody role="rowgroup">${rows.map((row) => html`<tr role="row">${row.map((cell, index) => html`<td role="cell" class="${classOf(columns[index])}" data-label="${index > 0 && nameOf(columns[index])}">${cell}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}
