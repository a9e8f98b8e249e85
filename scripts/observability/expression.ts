/** A use of one of our metrics in PromQL. */
export interface MetricUse {
  readonly metric: string;
  /** Labels that its selector compares. */
  readonly labels: readonly string[];
}

/** Every metric of ours in an expression, with the labels that its selector names. */
export function metricUsesOf(expr: string): readonly MetricUse[] {
  const found = [...expr.matchAll(/\b(cio_fleet[a-z0-9_:]*)(?:\{([^}]*)\})?/g)];
  return found.map(([, metric = '', selector = '']) => ({
    metric,
    labels: [...selector.matchAll(/(\w+)\s*(?:=~|!~|!=|=)\s*"/g)].map(([, label = '']) => label),
  }));
}

/** The labels by which an expression groups. */
export function groupLabelsOf(expr: string): readonly string[] {
  const lists = [...expr.matchAll(/\bby\s*\(([^)]*)\)/g)].map(([, list = '']) => list.split(','));
  return [...new Set(lists.flat().map((label) => label.trim()))].filter((label) => label !== 'le');
}

/** The name under which a sample is exposed: a histogram's series are part of the histogram. */
export function familyOf(metric: string): string {
  return metric.replace(/_(?:bucket|sum|count)$/, '');
}
