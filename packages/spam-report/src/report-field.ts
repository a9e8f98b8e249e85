import { COUNTED, type Counted, type Subject } from './subject-counts.ts';

/** A field of a bucket's hash: a count of a subject, or how often a name came from it. */
export type ReportField =
  | { readonly kind: 'count'; readonly subject: Subject; readonly counted: Counted }
  | { readonly kind: 'name'; readonly subject: Subject; readonly name: string };

const NAME = 'name';

export function writeField(field: ReportField): string {
  return JSON.stringify(field.kind === 'count' ? [field.subject, field.counted] : [field.subject, NAME, field.name]);
}

/** Undefined for what isn't a field of ours: others may write to Redis, too. */
export function readField(text: string): ReportField | undefined {
  let parts: unknown;
  try {
    parts = JSON.parse(text);
  } catch {
    return undefined; // not ours, so nothing to show
  }
  if (!Array.isArray(parts)) return undefined;
  const [subject, what, name] = parts as readonly unknown[];
  if (typeof subject !== 'string' || !/^(key|address):/.test(subject)) return undefined;
  if (what === NAME) return typeof name === 'string' ? { kind: 'name', subject: subject as Subject, name } : undefined;
  const counted = COUNTED.find((known) => known === what);
  return counted && { kind: 'count', subject: subject as Subject, counted };
}
