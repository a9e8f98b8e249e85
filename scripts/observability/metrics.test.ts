import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPage, tableRowsOf } from '../docs/pages.ts';
import { type ExposedMetric, labelNamesOf, readExposition } from './exposition.ts';
import { familyOf, groupLabelsOf, metricUsesOf } from './expression.ts';
import { queriesOf, readBoard } from './grafana-board.ts';
import { sendMixedTraffic } from './mixed-traffic.ts';
import { APPS, type AppName, type ObservedFleet, startObservedFleet } from './observed-fleet.ts';
import { promtool } from './promtool.ts';
import { readRules } from './rule-file.ts';

const SECTION: Readonly<Record<AppName, string>> = { worker: 'Worker', dashboard: 'Dashboard', gateway: 'Gateway' };

let fleet: ObservedFleet;
const texts = new Map<AppName, string>();
const metrics = new Map<AppName, readonly ExposedMetric[]>();

beforeAll(async () => {
  fleet = await startObservedFleet();
  await sendMixedTraffic(fleet);
  for (const app of APPS) {
    const text = await fleet.scrape(app);
    texts.set(app, text);
    metrics.set(app, readExposition(text));
  }
}, 180_000);
afterAll(() => fleet.stop());

const metricsOf = (app: AppName) => metrics.get(app) ?? [];
const exposed = () => new Map(APPS.flatMap((app) => metricsOf(app).map((metric) => [metric.name, metric] as const)));

/** The rows of one section of docs/metrics.md: name, type, labels, help. */
function documented(section: string): readonly (readonly string[])[] {
  const { text } = readPage('docs/metrics.md');
  const [, body = ''] = new RegExp(`^## ${section}$([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(text) ?? [];
  return tableRowsOf(body, 'Metric').map((cells) => cells.map((cell) => cell.replaceAll('`', '')));
}

describe.each(APPS)('what %s exposes', (app) => {
  it(`passes promtool's check`, async () => {
    expect(await promtool(['check', 'metrics'], texts.get(app))).toEqual({ exitCode: 0, output: '' });
  });

  it('begins with cio_fleet_, ends in its unit, and says what it is', () => {
    const names = metricsOf(app).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !/^cio_fleet_[a-z0-9_]+$/.test(name))).toEqual([]);
    expect(names.filter((name) => /_(ms|millis|milliseconds|minutes|hours|kb|mb|percent)(_|$)/.test(name))).toEqual([]);
    expect(metricsOf(app).filter(({ name, type }) => (type === 'counter') !== /_total$/.test(name))).toEqual([]);
    expect(metricsOf(app).filter(({ help }) => help === '')).toEqual([]);
  });

  it('has no label for what a client chooses, and no id and no person in any', () => {
    const samples = metricsOf(app).flatMap((metric) => metric.samples);
    const named = new Set(samples.flatMap((labels) => Object.keys(labels)));
    expect(
      [...named].filter((name) => /(^|_)(id|person|email|user|customer|job|operation|name|trace|session)$/.test(name)),
    ).toEqual([]);
    const values = [...new Set(samples.flatMap((labels) => Object.values(labels)))];
    const isId = (value: string) =>
      /@|^[0-9A-HJKMNP-TV-Z]{26}|[0-9a-f]{8}-[0-9a-f]{4}-|^(ada|grace|alan|edsger|barbara)$/.test(value);
    expect(values.filter(isId)).toEqual([]);
  });

  it('is what docs/metrics.md lists', () => {
    const listed = [...documented(SECTION[app]), ...documented('Every app')];
    const exposes = metricsOf(app);
    expect(listed.map(([name, type, , help]) => [name, type, help]).toSorted()).toEqual(
      exposes.map(({ name, type, help }) => [name, type, help]).toSorted(),
    );
    const labelsOf = new Map(listed.map(([name = '', , labels = '']) => [name, labels]));
    const sampled = exposes.filter(({ samples }) => samples.length > 0);
    const wrong = sampled.filter((metric) => (labelNamesOf(metric).join(', ') || '–') !== labelsOf.get(metric.name));
    expect(wrong.map(({ name }) => name)).toEqual([]);
  });
});

describe('rules and board', () => {
  const rules = readRules();
  const recorded = rules.filter(({ kind }) => kind === 'record').map(({ name }) => name);
  const expressions = [...rules.map(({ expr }) => expr), ...queriesOf(readBoard())];

  it('use no metric that no app exposes and no rule records', () => {
    const known = exposed();
    const used = expressions.flatMap(metricUsesOf).map(({ metric }) => metric);
    const unknown = used.filter((name) => !known.has(familyOf(name)) && !known.has(name) && !recorded.includes(name));
    expect(unknown).toEqual([]);
    expect(used.length).toBeGreaterThan(50);
  });

  it('compare and group by labels that the metrics have', () => {
    const known = exposed();
    const problems = expressions.flatMap((expr) =>
      metricUsesOf(expr).flatMap(({ metric, labels }) => {
        const family = known.get(metric) ?? known.get(familyOf(metric));
        if (family === undefined || family.samples.length === 0) return [];
        const has = [...labelNamesOf(family), 'le', 'instance'];
        const asked = [...labels, ...groupLabelsOf(expr)];
        return asked.filter((label) => !has.includes(label)).map((label) => `${metric} has no ${label}: ${expr}`);
      }),
    );
    expect(problems).toEqual([]);
  });
});
