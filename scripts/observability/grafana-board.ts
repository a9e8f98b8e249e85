import { readFileSync } from 'node:fs';
import { ROOT } from '../docs/pages.ts';

export interface BoardTarget {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly type: string; readonly uid: string };
}

export interface BoardPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
  readonly targets?: readonly BoardTarget[];
}

export interface BoardVariable {
  readonly name: string;
  readonly type: string;
  readonly definition?: string;
}

/** What we rely on of Grafana's dashboard model. @see https://grafana.com/docs/grafana/latest/visualizations/dashboards/build-dashboards/view-dashboard-json-model/ */
export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly schemaVersion: number;
  readonly panels: readonly BoardPanel[];
  readonly templating: { readonly list: readonly BoardVariable[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

export function readBoard(): Board {
  return JSON.parse(readFileSync(`${ROOT}infra/grafana/cio-fleet.json`, 'utf8')) as Board;
}

/** Every query of the board with its variables filled in, as Prometheus would get it. */
export function queriesOf(board: Board): readonly string[] {
  const written = [
    ...board.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...board.annotations.list.map(({ expr }) => expr),
    ...board.templating.list.flatMap(
      ({ definition }) => /^label_values\((.*), \w+\)$/.exec(definition ?? '')?.[1] ?? [],
    ),
  ];
  return written.map((expr) => expr.replaceAll('$workspace', 'default').replaceAll('$__rate_interval', '1m'));
}
