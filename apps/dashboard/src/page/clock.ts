import { type Html, html } from './html.ts';

/** A moment, `2026-11-21 12:03:44.120`, in UTC: the same for everybody who talks about it. */
export function moment(ms: number, withMillis = false): Html {
  const iso = momentText(ms);
  if (iso === '–') return html`–`;
  const text = iso.replace('T', ' ').slice(0, withMillis ? 23 : 19);
  return html`<time datetime="${iso}" title="UTC">${text}</time>`;
}

/** As ISO 8601; a dash for what is no moment. */
export function momentText(ms: number): string {
  return Number.isFinite(ms) && Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : '–';
}

/** Reads an ISO date or time (UTC where no zone is given), or ms since the epoch. */
export function readMoment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const isZoned = /(?:Z|[+-]\d\d:?\d\d)$/.test(text) || /^\d{4}-\d\d-\d\d$/.test(text);
  const ms = /^\d{11,}$/.test(text) ? Number(text) : Date.parse(isZoned ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
