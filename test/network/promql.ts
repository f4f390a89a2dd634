/** A metric as an expression selects it. */
export interface Selector {
  metric: string;
  /** Labels that must have a value, with the exact value where the expression names one. */
  labels: { name: string; value?: string }[];
}

const keywords = new Set(['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring']);
const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\(([^)]*)\)/g;

/** Metrics that a PromQL expression selects. It knows as much of the language as rules and board use. */
export function selectorsOf(expression: string): Selector[] {
  const text = expression.replaceAll(grouping, ' ').replaceAll(/\[[^\]]*\]|\boffset\s+\w+/g, ' ');
  return [...text.matchAll(/([a-zA-Z_:][\w:]*)\s*(\(|\{([^}]*)\})?/g)].flatMap(([, metric = '', follows, matchers]) =>
    follows === '(' || keywords.has(metric) ? [] : [{ metric, labels: labelsOf(matchers ?? '') }],
  );
}

function labelsOf(matchers: string): Selector['labels'] {
  return [...matchers.matchAll(/(\w+)\s*(=~|!=|!~|=)\s*"([^"]*)"/g)].map(([, name = '', operator, value]) => ({
    name,
    ...(operator === '=' && { value }),
  }));
}

/** Labels that an expression groups or joins by. */
export function groupingOf(expression: string): string[] {
  return [...expression.matchAll(grouping)]
    .flatMap(([, list = '']) => list.split(',').map((name) => name.trim()))
    .filter(Boolean);
}

export type Exported = Map<string, { [label: string]: string }[]>;

/** Samples of Prometheus text by metric, each with its labels. */
export function readMetrics(text: string): Exported {
  const exported: Exported = new Map();
  for (const line of text.split('\n')) {
    const [, metric, labels = ''] = /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? /.exec(line) ?? [];
    if (metric === undefined) continue;
    const pairs = [...labels.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name, value]) => [name, value]);
    exported.set(metric, [...(exported.get(metric) ?? []), Object.fromEntries(pairs)]);
  }
  return exported;
}
