import { type Html, html } from '../page/html.ts';
import type { JournalAnswer } from './journals.ts';

/** Says why a page lacks what the journal would know; nothing while it answers. */
export function journalNotice(answer: JournalAnswer<unknown>): Html {
  switch (answer.kind) {
    case 'answer':
      return html``;
    case 'off':
      return html`<p class="notice">There is no journal, so this page shows what Redis knows now, and no past. To keep one, set <code>DATABASE_URL</code> (PostgreSQL) or <code>JOURNAL_DIR</code> (a folder) for workers and dashboard, and start them again.</p>`;
    case 'away':
      return html`<p class="notice bad" role="alert"><strong>The journal does not answer</strong> (${answer.message}). What follows is what Redis knows. Delivery does not depend on the journal.</p>`;
  }
}

/** How the journal stands, for programs. */
export function journalState(answer: JournalAnswer<unknown>): object {
  return answer.kind === 'away'
    ? { state: 'away', message: answer.message }
    : { state: answer.kind === 'off' ? 'off' : 'ok' };
}
