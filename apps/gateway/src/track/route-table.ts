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

/** Where a path has got to, part by part. */
interface Node<Route> {
  readonly routes: Route[];
  readonly children: Map<string, Node<Route>>;
}

/**
 * Finds routes by path. Paths are matched as they came, percent-encoded, so that an encoded slash stays within its part.
 * One slash too many at the end is forgiven where the path leads nowhere else.
 */
export function createRouteTable<Route extends PathPattern>(
  routes: readonly Route[],
): (path: string) => RouteMatch<Route> | undefined {
  const root = emptyNode<Route>();
  for (const route of routes) {
    let node = root;
    for (const part of route.path.split('/')) {
      const child = node.children.get(part) ?? emptyNode<Route>();
      node.children.set(part, child);
      node = child;
    }
    node.routes.push(route);
  }

  function match(parts: readonly string[]): RouteMatch<Route> | undefined {
    const parameters: string[] = [];
    let node: Node<Route> | undefined = root;
    for (const part of parts) {
      const fixed: Node<Route> | undefined = part === '*' ? undefined : node.children.get(part);
      if (fixed === undefined) parameters.push(part);
      node = fixed ?? node.children.get('*');
      if (node === undefined) return undefined;
    }
    return node.routes.length === 0 ? undefined : { routes: node.routes, parameters };
  }

  return (path) => {
    const parts = path.split('/');
    return match(parts) ?? (parts.at(-1) === '' ? match(parts.slice(0, -1)) : undefined);
  };
}

function emptyNode<Route>(): Node<Route> {
  return { routes: [], children: new Map() };
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
