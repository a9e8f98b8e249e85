import { expect, it } from 'vitest';
import * as api from './index.ts';

it('exports its public API and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "LOG_LEVELS",
      "METRIC_PREFIX",
      "REDACTED_PATHS",
      "createDeliveryTracer",
      "createLogger",
      "createRegistry",
      "scrub",
      "serializeError",
    ]
  `);
});
