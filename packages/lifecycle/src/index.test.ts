import { expect, it } from 'vitest';
import * as api from './index.ts';

it('exports its public API and nothing else', () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "DEFAULT_RUN_FILE",
      "appVersion",
      "createHttpService",
      "createOpsHandler",
      "createOpsServer",
      "envInteger",
      "envPort",
      "envVersion",
      "findRedisUrl",
      "isProcessAlive",
      "liveRunFile",
      "loadConfig",
      "parseConfig",
      "parseTrustedNetworks",
      "readReadiness",
      "readRunFile",
      "removeRunFile",
      "runApp",
      "sendJson",
      "service",
      "sqliteUrl",
      "stoppedTogether",
      "withDemoJournal",
      "writeRunFile",
    ]
  `);
});
