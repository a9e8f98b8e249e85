import { expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function recordingLogger() {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ name: 'worker', version: '1.2.3', destination });
  return {
    logger,
    text: () => lines.join(''),
    last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>,
  };
}

it('writes one JSON line with the fixed fields', () => {
  const { logger, last } = recordingLogger();
  logger.info({ port: 9090 }, 'ready');
  expect(last()).toEqual({
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    level: 'info',
    app: 'worker',
    version: '1.2.3',
    pid: process.pid,
    port: 9090,
    msg: 'ready',
  });
});

it('logs from info on by default', () => {
  const { logger, text } = recordingLogger();
  logger.debug({}, 'details');
  expect(text()).toBe('');
});

it.each([
  { apiKey: 'hunter2' },
  { headers: { authorization: 'Basic hunter2hunter2' } },
  { request: { headers: { Authorization: 'hunter2' } } },
  { workspace: { trackApiKey: 'hunter2', webhookSigningKey: 'hunter2' } },
  { client: { auth: 'hunter2' } },
  { redisUrl: 'redis://user:hunter2@redis.internal:6379/0' },
])('keeps the credential of %j out of the log', (facts) => {
  const { logger, text } = recordingLogger();
  logger.info(facts, 'connected');
  expect(text()).not.toContain('hunter2');
});

it('keeps the host of an address readable', () => {
  const { logger, last } = recordingLogger();
  logger.info({ redisUrl: 'redis://user:hunter2@redis.internal:6379/0' }, 'connected');
  expect(last().redisUrl).toBe('redis://***@redis.internal:6379/0');
});

it('takes credentials out of the message', () => {
  const { logger, last } = recordingLogger();
  logger.warn('lost %s, sent Basic aHVudGVyMg==', 'redis://:hunter2@redis.internal');
  expect(last().msg).toBe('lost redis://***@redis.internal, sent Basic ***');
});

it('logs an HTTP error without the exchange that it carries', () => {
  const { logger, text, last } = recordingLogger();
  const err = Object.assign(new Error('unauthorized'), {
    code: 'SETUP',
    statusCode: 401,
    response: { request: { headers: { authorization: 'Basic hunter2' } }, body: 'hunter2' },
    body: 'hunter2',
  });
  logger.error({ err }, 'attempt failed');
  expect(text()).not.toContain('hunter2');
  expect(last().err).toEqual({ code: 'SETUP', message: 'unauthorized', statusCode: 401 });
});

it('logs a bare error by the same rules', () => {
  const { logger, last } = recordingLogger();
  logger.error(Object.assign(new Error('no'), { code: 'X', response: 'hunter2' }));
  expect(last().err).toEqual({ code: 'X', message: 'no' });
});
