import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { anchorsOf, ROOT, readPage, tableRowsOf } from '../docs/pages.ts';
import { familyOf, metricUsesOf } from './expression.ts';
import { queriesOf, readBoard } from './grafana-board.ts';
import { promtool } from './promtool.ts';
import { RULES_PATH, readRules } from './rule-file.ts';

/** The first call may fetch promtool; and the unit tests replay days of samples. */
const PATIENCE_MS = 300_000;

const folder = mkdtempSync(join(tmpdir(), 'cio-fleet-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const rules = readRules();
const alerts = rules.filter(({ kind }) => kind === 'alert');

describe('the Prometheus rules', () => {
  it('are valid to promtool', { timeout: PATIENCE_MS }, async () => {
    const { exitCode, output } = await promtool(['check', 'rules', `${ROOT}${RULES_PATH}`]);
    expect(output).toContain(`SUCCESS: ${rules.length} rules found`);
    expect(exitCode).toBe(0);
  });

  it('fire and stay quiet as their unit tests say', { timeout: PATIENCE_MS }, async () => {
    const { exitCode, output } = await promtool(['test', 'rules', `${ROOT}infra/prometheus/cio-fleet.rules.test.yaml`]);
    expect(output).toContain('SUCCESS');
    expect(exitCode).toBe(0);
  });

  it.each(alerts.map((alert) => [alert.name, alert] as const))(
    'of %s have a severity and lead to a heading of the runbook',
    (_, alert) => {
      expect(['page', 'ticket']).toContain(alert.severity);
      const [page, anchor = ''] = (alert.runbookUrl ?? '').split('#');
      expect(page).toBe('docs/runbook.md');
      expect(anchorsOf(readPage('docs/runbook.md'))).toContain(anchor);
    },
  );

  it('are the table of the runbook: name, severity, metric, threshold, time and chapter', () => {
    const rows = tableRowsOf(readPage('docs/runbook.md').text, 'Alert');
    expect(rows.map(([name]) => name).toSorted()).toEqual(alerts.map(({ name }) => `\`${name}\``).toSorted());
    const wrong = alerts.filter(({ name, expr, severity, holdsFor = '–', runbookUrl = '' }) => {
      const [, said, when = '', time, chapter = ''] = rows.find(([first]) => first === `\`${name}\``) ?? [];
      // A rule that compares a recorded ratio says its metric and percentage in words.
      const isRecorded = expr.includes('cio_fleet:');
      const isMeasured = isRecorded || metricUsesOf(when).every(({ metric }) => expr.includes(familyOf(metric)));
      const [compared] = /(?:>|==|!=) [\d.]+/.exec(when) ?? [];
      const isCompared = isRecorded || compared === undefined || expr.includes(compared);
      const leadsThere = chapter.endsWith(`(#${runbookUrl.split('#')[1]})`);
      return said !== severity || time !== holdsFor || !isMeasured || !isCompared || !leadsThere;
    });
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });

  it.each(alerts.map(({ name }) => name))(
    'have a unit test in which %s fires, and one in which it stays quiet',
    (name) => {
      const tests = readPage('infra/prometheus/cio-fleet.rules.test.yaml').text;
      expect(tests).toContain(`- name: ${name} fires\n`);
      expect(tests).toContain(`- name: ${name} stays quiet\n`);
    },
  );
});

it('The queries of the Grafana board are valid PromQL', { timeout: PATIENCE_MS }, async () => {
  const queries = queriesOf(readBoard());
  const entries = queries.map(
    (expr, index) => `      - record: query:${index}\n        expr: ${JSON.stringify(expr)}\n`,
  );
  const file = join(folder, 'board.rules.yaml');
  writeFileSync(file, `groups:\n  - name: board\n    rules:\n${entries.join('')}`);
  const { exitCode, output } = await promtool(['check', 'rules', file]);
  expect(output).toContain(`SUCCESS: ${queries.length} rules found`);
  expect(exitCode).toBe(0);
});
