/** A metric as an app exposes it: what stands behind `# HELP` and `# TYPE`, and its samples. */
export interface ExposedMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** The labels of each of its samples; `le` and `quantile`, which belong to the type, are left out. */
  readonly samples: readonly Readonly<Record<string, string>>[];
}

const TYPE_LABELS = ['le', 'quantile'];

/** Reads Prometheus's text format, as prom-client writes it: `# HELP`, `# TYPE`, then the samples of one metric after another. */
export function readExposition(text: string): readonly ExposedMetric[] {
  return text
    .split(/^(?=# HELP )/m)
    .filter((block) => block.startsWith('# HELP '))
    .map((block) => {
      const [, name = '', help = ''] = /^# HELP (\S+) (.*)$/m.exec(block) ?? [];
      const [, type = ''] = /^# TYPE \S+ (\S+)$/m.exec(block) ?? [];
      const samples = block.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
      return { name, type, help, samples: samples.map(labelsOf) };
    });
}

function labelsOf(sample: string): Readonly<Record<string, string>> {
  const [, inner = ''] = /\{(.*)\}/.exec(sample) ?? [];
  const pairs = [...inner.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)];
  return Object.fromEntries(
    pairs.map(([, name = '', value = '']) => [name, value]).filter(([name = '']) => !TYPE_LABELS.includes(name)),
  );
}

/** The names of the labels that its samples carry. */
export function labelNamesOf({ samples }: ExposedMetric): readonly string[] {
  return [...new Set(samples.flatMap((labels) => Object.keys(labels)))].toSorted();
}
