import { expect, it } from 'vitest';
import { readGatewayConfig } from './config.ts';

const ENVIRONMENT = {
  REDIS_URL: 'redis://127.0.0.1:6379',
  CUSTOMERIO_SITE_ID: 'demo-site',
  CUSTOMERIO_TRACK_API_KEY: 'demo-key',
};

it('refuses the spool mode always without a folder, which would keep nothing', () => {
  const always = { ...ENVIRONMENT, GATEWAY_SPOOL_MODE: 'always' };
  expect(readGatewayConfig(always)).toEqual({
    ok: false,
    problems: ['GATEWAY_SPOOL_MODE: expected GATEWAY_SPOOL_DIR with always, got none; name a folder'],
  });
  expect(readGatewayConfig({ ...always, GATEWAY_SPOOL_DIR: 'spool' })).toMatchObject({ ok: true });
});
