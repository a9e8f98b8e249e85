import { describe, expect, it } from 'vitest';
import { type BoardPanel, readBoard } from './grafana-board.ts';

const COLUMNS = 24;
const PANEL_TYPES = ['row', 'timeseries', 'stat', 'table', 'bargauge', 'gauge', 'heatmap', 'text'];
/** Of Grafana's list of units; a typo shows the bare number. */
const UNITS = ['short', 's', 'bytes', 'percentunit', 'ops', 'reqps', 'none', 'cps', 'rowsps'];

const board = readBoard();
const charts = board.panels.filter(({ type }) => type !== 'row');

const overlap = ({ gridPos: a }: BoardPanel, { gridPos: b }: BoardPanel) =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

const duplicates = <Value>(values: readonly Value[]) =>
  values.filter((value, index) => values.indexOf(value) !== index);

describe('the Grafana board', () => {
  it('has a title, a stable uid and a schema that Grafana >= 10 reads', () => {
    expect(board).toMatchObject({ title: 'cio-fleet', uid: 'cio-fleet' });
    expect(board.schemaVersion).toBeGreaterThanOrEqual(38);
  });

  it('gives each panel an id and each chart of a row a title of its own', () => {
    expect(duplicates(board.panels.map(({ id }) => id))).toEqual([]);
    expect(board.panels.filter(({ id, title }) => !Number.isInteger(id) || title === '')).toEqual([]);
  });

  it('keeps every panel inside of the grid, and none on another', () => {
    const outside = board.panels.filter(
      ({ gridPos: { x, y, w, h } }) => x < 0 || y < 0 || w < 1 || h < 1 || x + w > COLUMNS,
    );
    expect(outside.map(({ title }) => title)).toEqual([]);
    const pairs = board.panels.flatMap((panel, index) =>
      board.panels.slice(index + 1).map((other) => [panel, other] as const),
    );
    expect(pairs.filter(([a, b]) => overlap(a, b)).map(([a, b]) => `${a.title} on ${b.title}`)).toEqual([]);
  });

  it('uses panel types and units that Grafana has', () => {
    expect(board.panels.map(({ type }) => type).filter((type) => !PANEL_TYPES.includes(type))).toEqual([]);
    const units = charts.map(({ fieldConfig }) => fieldConfig?.defaults.unit ?? 'none');
    expect(units.filter((unit) => !UNITS.includes(unit))).toEqual([]);
  });

  it('queries in each chart, by the data source that the reader chose', () => {
    expect(charts.filter(({ targets = [] }) => targets.length === 0).map(({ title }) => title)).toEqual([]);
    const asked = charts.flatMap(({ datasource, targets = [] }) => [
      datasource,
      ...targets.map((target) => target.datasource),
    ]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana's own placeholder.
    expect(asked.filter((datasource) => datasource?.uid !== '${datasource}')).toEqual([]);
    expect(board.templating.list.find(({ name }) => name === 'datasource')).toMatchObject({ type: 'datasource' });
  });

  it('tells the queries of a chart apart', () => {
    const repeated = charts.filter(({ targets = [] }) => duplicates(targets.map(({ refId }) => refId)).length > 0);
    expect(repeated.map(({ title }) => title)).toEqual([]);
  });

  it('defines every variable that its queries use', () => {
    const used = charts.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => [...expr.matchAll(/\$\{?(\w+)/g)]));
    const own = new Set(used.map(([, name = '']) => name).filter((name) => !name.startsWith('__')));
    expect([...own].filter((name) => !board.templating.list.some((variable) => variable.name === name))).toEqual([]);
  });
});
