import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { startPostgres } from '../src/index.ts';

/** Whether something that speaks PostgreSQL's protocol listens: it answers S or N to a request for TLS. */
function speaksPostgres(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('connect', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
    socket.on('data', (chunk) => settle(['S', 'N'].includes(chunk.toString('latin1'))));
    socket.on('error', () => settle(false));
    socket.on('close', () => settle(false));
  });
}

it('runs PostgreSQL, keeps its port over a kill and a restart, and leaves nothing on stop', async () => {
  const postgres = await startPostgres();
  onTestFinished(() => postgres.stop());
  expect(await speaksPostgres(postgres.port)).toBe(true);
  const firstPid = postgres.pid;
  await postgres.kill();
  expect(await speaksPostgres(postgres.port)).toBe(false);
  await postgres.restart();
  expect(postgres.pid).not.toBe(firstPid);
  expect(await speaksPostgres(postgres.port)).toBe(true);
  await postgres.stop();
  await postgres.stop();
  expect(existsSync(postgres.dataDir)).toBe(false);
});

it('says why when PostgreSQL does not start', async () => {
  await expect(startPostgres({ config: { no_such_setting: 'x' } })).rejects.toThrow('no_such_setting');
});
