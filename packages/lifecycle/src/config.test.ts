import { expect, it } from 'vitest';
import { z } from 'zod';
import { loadConfig, parseConfig } from './config.ts';
import { envInteger, envPort } from './env-fields.ts';

const schema = z
  .object({
    WORKER_PORT: envPort().default(9090),
    CUSTOMERIO_SITE_ID: z.string(),
    CUSTOMERIO_REGION: z.enum(['us', 'eu']).default('us'),
    CIO_FLEET_LANES: envInteger({ min: 1, max: 64 }).default(8),
    CUSTOMERIO_TRACK_API_KEY: z.string().min(20, 'a key of at least 20 characters').default('x'.repeat(20)),
  })
  .transform((env) => ({
    port: env.WORKER_PORT,
    siteId: env.CUSTOMERIO_SITE_ID,
    lanes: { count: env.CIO_FLEET_LANES },
  }));

it('gives the parsed values, deeply frozen', () => {
  const result = parseConfig(schema, { CUSTOMERIO_SITE_ID: 'site', WORKER_PORT: '0' });
  expect(result).toEqual({ ok: true, config: { port: 0, siteId: 'site', lanes: { count: 8 } } });
  if (result.ok) expect([Object.isFrozen(result.config), Object.isFrozen(result.config.lanes)]).toEqual([true, true]);
});

it('takes an empty variable for an unset one', () => {
  const result = parseConfig(schema, { CUSTOMERIO_SITE_ID: 'site', WORKER_PORT: '' });
  expect(result).toMatchObject({ ok: true, config: { port: 9090 } });
});

it('reports all problems together: what was expected, what came, what to do', () => {
  const result = parseConfig(schema, { CUSTOMERIO_REGION: 'mars', CIO_FLEET_LANES: '65', WORKER_PORT: '80a' });
  expect(result).toEqual({
    ok: false,
    problems: [
      'WORKER_PORT: expected a whole number from 0 to 65535, got "80a"; correct WORKER_PORT, or unset it for its default',
      'CUSTOMERIO_SITE_ID: expected a value, got nothing; set CUSTOMERIO_SITE_ID',
      'CUSTOMERIO_REGION: expected one of us, eu, got "mars"; correct CUSTOMERIO_REGION, or unset it for its default',
      'CIO_FLEET_LANES: expected a whole number from 1 to 64, got "65"; correct CIO_FLEET_LANES, or unset it for its default',
    ],
  });
});

it('never shows the value of a credential', () => {
  const result = parseConfig(schema, { CUSTOMERIO_SITE_ID: 'site', CUSTOMERIO_TRACK_API_KEY: 'hunter2' });
  expect(JSON.stringify(result)).not.toContain('hunter2');
  expect(result).toMatchObject({
    problems: [expect.stringContaining('a key of at least 20 characters, got a value of 7 characters (not shown)')],
  });
});

it.each(['', ' 1', '1e3', '0x10', '1.5', '-1', 'NaN', '99999999999999999999'])('takes %j for no port', (value) => {
  expect(envPort().safeParse(value).success).toBe(false);
});

it('writes every problem and exits with 2 when the environment is no good', () => {
  const lines: string[] = [];
  const exit = (code: number): never => {
    throw new Error(`exit ${code}`);
  };
  const load = () => loadConfig({ schema, env: { WORKER_PORT: 'x' }, writeLine: (line) => lines.push(line), exit });
  expect(load).toThrow('exit 2');
  expect(lines).toHaveLength(2);
});
