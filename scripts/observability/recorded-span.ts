import { existsSync, readFileSync } from 'node:fs';
import type { Attributes } from '@opentelemetry/api';

/** A span that has ended, as the fixture writes it. */
export interface RecordedSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly attributes: Attributes;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

export function readSpans(file: string): readonly RecordedSpan[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as RecordedSpan);
}
