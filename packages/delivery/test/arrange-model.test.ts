import type { Operation } from '@cio-fleet/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { affectedKeys } from '../src/affected-keys.ts';
import { arrange } from '../src/arrange.ts';
import { type Item, itemOf } from '../src/item.ts';
import { routeOf } from '../src/route.ts';
import { erase, identify, queued, track } from './operations.ts';

const id = fc.constantFrom('1', '2', '3', '4');
const operation = fc.oneof(
  id.map((value) => track(value)),
  id.map((value) => identify(value)),
  id.map(erase),
  fc
    .tuple(
      id,
      fc.constantFrom<'add_person' | 'remove_person'>('add_person', 'remove_person'),
      fc.constantFrom('7', '8'),
    )
    .map(
      ([value, action, segment_id]): Operation => ({
        type: 'segment',
        action,
        identifiers: { segment_id },
        person: { id: value },
      }),
    ),
  id.map(
    (value): Operation => ({ type: 'form', action: 'submit', identifiers: { form_id: 'f' }, data: { id: value } }),
  ),
  fc.tuple(id, id).map(
    ([primary, secondary]): Operation => ({
      type: 'person',
      action: 'merge',
      primary: { id: primary },
      secondary: { id: secondary },
    }),
  ),
);

/** The indexes of what touches `key`, in order. */
function of(key: string, items: readonly Item[]): readonly number[] {
  return items.flatMap(({ op, members }) => (affectedKeys(op).includes(key) ? members.map(({ index }) => index) : []));
}

it('whatever is arranged, each person keeps their order, each run has one route, and nothing is lost', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const items = operations.map((op, index) => itemOf({ index, queued: queued(op) }));
      const runs = arrange(items);
      const sent = runs.flat();
      expect(sent.toSorted((a, b) => items.indexOf(a) - items.indexOf(b))).toEqual(items);
      for (const key of ['id:1', 'id:2', 'id:3', 'id:4']) expect(of(key, sent)).toEqual(of(key, items));
      for (const run of runs) {
        const routes = new Set(run.map(({ op }) => routeOf(op)));
        expect(routes.size).toBe(1);
        if (routes.has(undefined)) expect(run).toHaveLength(1);
      }
    }),
    { numRuns: 300 },
  );
});
