import { affectedKeys } from './affected-keys.ts';
import type { Item } from './item.ts';
import { BATCH, routeOf } from './route.ts';

/**
 * Items that may share a request, in the order to send them. What v2's batch takes and what only v1 has go to different addresses,
 * so a mixed run would fall into as many requests as it changes its route. Here each item joins the first run of its route
 * that comes no earlier than what its persons have before it: operations of one person keep their order, those of others may
 * pass each other, and a thousand additions to a segment between a thousand tracks stay one request.
 */
export function arrange(items: readonly Item[]): readonly (readonly Item[])[] {
  // Nearly all batches, and they must not pay for the others.
  if (items.every(({ op }) => routeOf(op) === BATCH)) return items.length === 0 ? [] : [items];
  const runs: Item[][] = [];
  /** Where the last item of each person is. */
  const last = new Map<string, number>();
  /** The runs of each route, in order. */
  const byRoute = new Map<string, number[]>();
  for (const item of items) {
    const keys = new Set(item.members.flatMap(({ queued }) => affectedKeys(queued.op)));
    const earliest = Math.max(0, ...[...keys].map((key) => last.get(key) ?? 0));
    const position = positionFor(item, earliest, { runs, byRoute });
    runs[position]?.push(item);
    for (const key of keys) last.set(key, position);
  }
  return runs;
}

interface Runs {
  readonly runs: Item[][];
  readonly byRoute: Map<string, number[]>;
}

/** The run that takes the item: an old one of its route from `earliest` on, or a new one at the end. */
function positionFor({ op }: Item, earliest: number, { runs, byRoute }: Runs): number {
  const route = routeOf(op);
  const ofRoute = route === undefined ? [] : (byRoute.get(route) ?? []);
  const joined = ofRoute.find((position) => position >= earliest);
  if (joined !== undefined) return joined;
  const position = runs.push([]) - 1;
  if (route !== undefined) byRoute.set(route, [...ofRoute, position]);
  return position;
}
