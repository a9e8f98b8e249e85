import { type Html, html } from './html.ts';

const TONES: Readonly<Record<string, string>> = {
  delivered: 'good',
  failed: 'warn',
  'fell-back': 'warn',
  redriven: 'warn',
  'dead-lettered': 'bad',
};

/** An outcome, coloured by how bad it is. */
export function outcomeChip(outcome: string): Html {
  return html`<span class="chip ${TONES[outcome] ?? ''}">${outcome}</span>`;
}
