import { expect, it } from 'vitest';
import * as api from './index.ts';

it('exports its public API and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "DEFAULT_RUN_FILE",
      "createHttpService",
      "createOpsHandler",
      "createOpsServer",
      "envInteger",
      "envPort",
      "findRedisUrl",
      "loadConfig",
      "parseConfig",
      "parseTrustedNetworks",
      "readReadiness",
      "readRunFile",
      "removeRunFile",
      "resolveRedisUrl",
      "runApp",
      "sendJson",
      "service",
      "sqliteUrl",
      "withDemoJournal",
      "writeRunFile",
    ]
  `);
});
