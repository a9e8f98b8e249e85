import { readFileSync } from 'node:fs';
import { ROOT } from '../docs/pages.ts';

/** Below the root. */
export const RULES_PATH = 'infra/prometheus/cio-fleet.rules.yaml';

/** A rule of the file: one that records, or one that alerts. */
export interface Rule {
  readonly kind: 'record' | 'alert';
  readonly name: string;
  readonly expr: string;
  /** Only of alerts. */
  readonly runbookUrl?: string;
  readonly severity?: string;
  /** How long the expression must hold, e.g. `5m`; absent: not at all. */
  readonly holdsFor?: string;
}

/** Reads our own file, whose layout is always the same: `- record:` or `- alert:`, then `expr: |` with an indented block. */
export function readRules(): readonly Rule[] {
  const text = readFileSync(`${ROOT}${RULES_PATH}`, 'utf8');
  return text
    .split(/^(?= {6}- (?:record|alert): )/m)
    .slice(1)
    .map((block) => {
      const [, kind = '', name = ''] = /- (record|alert): (\S+)/.exec(block) ?? [];
      const [, inline = '', lines = ''] = /^ {8}expr: (?:\|\n((?: {10,}.*\n?)+)|(.*))$/m.exec(block) ?? [];
      const [, runbookUrl] = /runbook_url: (\S+)/.exec(block) ?? [];
      const [, holdsFor] = /^ {8}for: (\S+)$/m.exec(block) ?? [];
      const [, severity] = /severity: (\w+)/.exec(block) ?? [];
      return {
        kind: kind === 'record' ? 'record' : 'alert',
        name,
        expr: (inline || lines).trim(),
        ...(runbookUrl !== undefined && { runbookUrl }),
        ...(severity !== undefined && { severity }),
        ...(holdsFor !== undefined && { holdsFor }),
      };
    });
}
