import { once } from 'node:events';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { AUTHORIZATION, type RunningSimulator, runningSimulator } from './running-simulator.ts';

/** A fault of the simulator itself would be a 500, and told to onError. */
const watched = async () => {
  const errors: unknown[] = [];
  const running = await runningSimulator({ onError: (error) => errors.push(error) });
  return { ...running, errors };
};

const isAlive = async ({ batch }: Pick<RunningSimulator, 'batch'>) =>
  (await batch({ type: 'person', action: 'identify', identifiers: { id: 'alive' } })).status === 200;

const deep = (levels: number, open: string, close: string) => `${open.repeat(levels)}1${close.repeat(levels)}`;
const operation = (rest: string) => `{"type":"person","action":"identify","identifiers":{"id":"1"},${rest}}`;

const BODIES: Readonly<Record<string, string>> = {
  'broken JSON': '{"batch":[{]}',
  'broken UTF-8': Buffer.from([0x22, 0xff, 0xfe, 0x22]).toString('latin1'),
  'a bare word': 'undefined',
  'deep lists as batch': deep(100_000, '[', ']'),
  'deep lists in a batch': `{"batch":[${deep(80_000, '[', ']')}]}`,
  'deep attributes': `{"batch":[${operation(`"attributes":${deep(60_000, '{"a":', '}')}`)}]}`,
  'deep attributes of an entity': operation(`"attributes":${deep(4000, '{"a":', '}')}`),
  'a prototype key as operation':
    '{"batch":[{"__proto__":{"type":"person","action":"delete","identifiers":{"id":"1"}}}]}',
  'a prototype key as identifiers':
    '{"batch":[{"type":"person","action":"delete","__proto__":{"identifiers":{"id":"1"}}}]}',
  'a constructor as action': '{"batch":[{"type":"person","action":"constructor","identifiers":{"id":"1"}}]}',
  'a constructor as type': '{"batch":[{"type":"constructor","action":"identify","identifiers":{"id":"1"}}]}',
  'an action that is a hash': '{"batch":[{"type":"person","action":{"toString":1},"identifiers":{"id":"1"}}]}',
  'a null batch': '{"batch":null}',
  'relationships of every wrong kind': `{"batch":[${operation('"cio_relationships":[null,1,"x",[],{}]')}]}`,
  "v1's relationships in v2, broken": `{"batch":[${operation('"attributes":{"cio_relationships":{"action":"add_relationships","relationships":[null]}}')}]}`,
  'a merge of nothing': '{"batch":[{"type":"person","action":"merge"}]}',
  'an object id that is a hash':
    '{"batch":[{"type":"object","action":"delete","identifiers":{"object_type_id":{},"object_id":{}}}]}',
};

describe('hostile input', () => {
  it.each(Object.entries(BODIES))('is refused without a crash: %s', async (_, body) => {
    const running = await watched();
    for (const line of ['POST /api/v2/batch', 'POST /api/v2/entity', 'POST /api/v1/merge_customers']) {
      const { status } = await running.call(line, body);
      expect(status === 207 || (status >= 400 && status < 500)).toBe(true);
    }
    expect(running.simulator.stats().operations).toBe(0);
    expect(await isAlive(running)).toBe(true);
    expect(running.errors).toEqual([]);
  });

  it('cannot reach a prototype through attributes, event data, devices or forms', async () => {
    const running = await watched();
    const proto = '{"__proto__":{"polluted":"yes"},"constructor":{"prototype":{"polluted":"yes"}}}';
    await running.call('PUT /api/v1/customers/42', proto);
    await running.call('POST /api/v1/customers/42/events', `{"name":"x","data":${proto}}`);
    await running.call('PUT /api/v1/customers/__proto__', '{"constructor":"x"}');
    const device = `{"id":"__proto__","platform":"ios","attributes":${proto},"__proto__":{"polluted":"yes"}}`;
    await running.call('PUT /api/v1/customers/42/devices', `{"device":${device}}`);
    await running.call('POST /api/v1/forms/__proto__/submit', '{"data":{"id":"42","__proto__":"x"}}');
    expect({}).not.toHaveProperty('polluted');
    expect((await running.call('GET /_sim/people/__proto__')).json).toMatchObject({ attributes: { constructor: 'x' } });
    expect((await running.call('GET /_sim/people/42')).text).toContain('"__proto__":');
    expect((await running.call('GET /_sim/people/constructor')).status).toBe(404);
    expect(running.errors).toEqual([]);
  });

  it('gets 413 for 10 MB, and the connection is told to close or stays usable', async () => {
    const running = await watched();
    expect((await running.call('POST /api/v2/batch', 'x'.repeat(10_000_000))).status).toBe(413);
    expect(await isAlive(running)).toBe(true);
  });

  it('gets 413 or a closed connection for 40 MB', async () => {
    const running = await watched();
    const status = await running.call('POST /api/v2/batch', 'x'.repeat(40_000_000)).then(
      (reply) => reply.status,
      () => 'closed',
    );
    expect([413, 'closed']).toContain(status);
    expect(await isAlive(running)).toBe(true);
    expect(running.errors).toEqual([]);
  });

  it('leaves no trace when the client goes away in the middle of a body', async () => {
    const running = await watched();
    const socket = connect(running.port, '127.0.0.1');
    const head = `POST /api/v2/batch HTTP/1.1\r\nHost: x\r\nAuthorization: ${AUTHORIZATION}\r\nContent-Length: 1000\r\n\r\n`;
    socket.write(`${head}{"batch":[`);
    await expect.poll(() => running.simulator.stats().requests).toBe(1);
    socket.destroy();
    await expect.poll(() => running.simulator.stats().byStatus).toEqual({ none: 1 });
    expect(running.simulator.stats().operations).toBe(0);
    expect(running.errors).toEqual([]);
  });

  it('that is no HTTP gets 400', async () => {
    const running = await watched();
    const socket = connect(running.port, '127.0.0.1');
    socket.write('\x16\x03\x01 hello\r\n\r\n');
    const [answer] = await once(socket.setEncoding('latin1'), 'data');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(await isAlive(running)).toBe(true);
  });
});
