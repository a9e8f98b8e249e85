import { type Operation, verbOf } from '@cio-fleet/contracts';
import { type Html, html } from './html.ts';

/** The verb of an operation, and the name of what it reports. */
export function verbName(op: Operation): Html {
  return html`<b>${verbOf(op)}</b>${'name' in op && typeof op.name === 'string' && html` ${op.name}`}`;
}
