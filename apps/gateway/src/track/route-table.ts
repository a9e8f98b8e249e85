/** A route of the Track API: `*` stands for a variable part of its path. */
export interface PathPattern {
  readonly method: string;
  readonly path: string;
}

/** What a path leads to, whatever the method. */
export interface RouteMatch<Route> {
  readonly routes: readonly Route[];
  /** The variable parts, still percent-encoded. */
  readonly parameters: readonly string[];
}

/**
 * Finds routes by path. Paths are matched as they came, percent-encoded, so that an encoded slash stays within its part.
 * One slash too many at the end is forgiven where the path leads nowhere else.
 */
export function createRouteTable<Route extends PathPattern>(
  routes: readonly Route[],
): (path: string) => RouteMatch<Route> | undefined {
  const byLength = Map.groupBy(
    routes.map((route) => ({ route, parts: route.path.split('/') })),
    ({ parts }) => parts.length,
  );

  function match(parts: readonly string[]): RouteMatch<Route> | undefined {
    const fitting = byLength
      .get(parts.length)
      ?.filter((candidate) => candidate.parts.every((part, index) => part === '*' || part === parts[index]));
    const [first] = fitting ?? [];
    if (fitting === undefined || first === undefined) return undefined;
    return {
      routes: fitting.map(({ route }) => route),
      parameters: parts.filter((_, index) => first.parts[index] === '*'),
    };
  }

  return (path) => {
    const parts = path.split('/');
    return match(parts) ?? (parts.at(-1) === '' ? match(parts.slice(0, -1)) : undefined);
  };
}

/** The parts decoded; undefined when the percent-encoding is broken. */
export function decodeParts(parts: readonly string[]): readonly string[] | undefined {
  try {
    return parts.map(decodeURIComponent);
  } catch {
    // It throws on `%` without two hex digits, and on bytes that are no UTF-8.
    return undefined;
  }
}
