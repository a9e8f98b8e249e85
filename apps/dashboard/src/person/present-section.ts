import { moment } from '../page/clock.ts';
import { formatCount } from '../page/format.ts';
import { type Html, html } from '../page/html.ts';
import { address, operationLink, personLink } from '../page/links.ts';
import { verbName } from '../page/operation-name.ts';
import { table } from '../page/table.ts';
import type { PersonFindings } from './read-person.ts';

/** What Redis knows now: operations that wait, and dead letters at rest. */
export function presentSection(workspace: string, findings: PersonFindings): Html {
  const { waiting, sawAllWaiting, held, deadLetters } = findings;
  return html`<h2>Now <span class="muted small">${formatCount(waiting.length)} waiting${sawAllWaiting ? '' : ' or more'}${
    held > 0 && `, held by ${formatCount(held)} in fallback`
  }, ${formatCount(deadLetters.length)} ${deadLetters.length === 1 ? 'dead letter' : 'dead letters'}</span></h2>
    ${
      waiting.length > 0 &&
      table({
        label: 'Waiting operations',
        columns: ['Accepted', 'What', 'Source', 'Waits in', 'Operation'],
        rows: waiting.map(({ operation, queue }) => [
          moment(operation.at, true),
          verbName(operation.op),
          operation.source ?? '',
          html`<a href="/queues/queue/${queue}">${queue}</a>`,
          operationLink(workspace, operation.id),
        ]),
      })
    }
    ${
      deadLetters.length > 0 &&
      table({
        label: 'Dead letters',
        columns: ['Dead-lettered', 'What', 'Why', 'Person', 'Dead letter'],
        rows: deadLetters.map(({ id, at, name, operations, reason, persons }) => [
          moment(at),
          operations.length === 1 ? html`<b>${operations[0]?.verb}</b> ${operations[0]?.title}` : name,
          html`<b>${reason.code}</b> ${reason.message}`,
          html`${persons.slice(0, 3).map((person) => html`${personLink(workspace, person)} `)}`,
          html`<a class="id" href="/queues/queue/${workspace}.dead-letter/${id}">${id}</a> <a class="button" href="${address('/redrive', { workspace, ids: id })}">Redrive …</a>`,
        ]),
      })
    }`;
}
