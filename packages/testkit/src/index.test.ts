import { expect, it } from 'vitest';
import * as api from './index.ts';

it('exports its public API and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "collectGarbage",
      "findPostgresBinaries",
      "findRedisBinary",
      "freePort",
      "runFleetProcess",
      "spawnGuarded",
      "startPickyProxy",
      "startPostgres",
      "startRedis",
      "uniqueWorkspace",
      "waitFor",
    ]
  `);
});
