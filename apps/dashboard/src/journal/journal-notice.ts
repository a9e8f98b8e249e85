import { formatDuration } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import type { JournalAnswer } from './journals.ts';

/** A standby is behind by this much in passing, in ms. */
const USUAL_LAG_MS = 2_000;

/** Says why a page lacks what the journal would know, or how old that is; nothing while it answers for now. */
export function journalNotice(answer: JournalAnswer<unknown>): Html {
  switch (answer.kind) {
    case 'answer':
      if (answer.lagMs <= USUAL_LAG_MS) return html``;
      return html`<p class="notice">The journal's standby is <strong>${formatDuration(answer.lagMs)}</strong> behind: newer rows are missing below.</p>`;
    case 'off':
      return html`<p class="notice">There is no journal, so this page shows what Redis knows now, and no past. To keep one, set <code>DATABASE_URL</code> (PostgreSQL) or <code>JOURNAL_DIR</code> (a folder) for workers and dashboard, and start them again.</p>`;
    case 'away':
      return html`<p class="notice bad" role="alert"><strong>The journal does not answer</strong> (${answer.message}). What follows is what Redis knows. Delivery does not depend on the journal.</p>`;
  }
}

/** How the journal stands, for programs. */
export function journalState(answer: JournalAnswer<unknown>): object {
  switch (answer.kind) {
    case 'answer':
      return { state: 'ok', lagMs: answer.lagMs };
    case 'off':
      return { state: 'off' };
    case 'away':
      return { state: 'away', message: answer.message };
  }
}
