import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { expect, it, onTestFinished } from 'vitest';
import { createCors } from './cors.ts';

async function ask(origins: readonly string[], init: RequestInit = {}) {
  const app = express().use(createCors(origins), (_request, response) => void response.json({}));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, init);
  const headers = response.headers.get('access-control-allow-headers') ?? '';
  return { status: response.status, allowed: response.headers.get('access-control-allow-origin'), headers };
}

const PAGE = 'https://shop.example.com';
const PREFLIGHT = { method: 'OPTIONS', headers: { origin: PAGE, 'access-control-request-method': 'POST' } };

it('says nothing to any origin unless one is configured', async () => {
  expect(await ask([], { headers: { origin: PAGE } })).toMatchObject({ status: 200, allowed: null });
  expect(await ask([], PREFLIGHT)).toMatchObject({ status: 200, allowed: null });
});

it('answers the preflight of an origin that is configured, and lets its pages read', async () => {
  expect(await ask([PAGE], PREFLIGHT)).toMatchObject({ status: 204, allowed: PAGE });
  expect(await ask([PAGE], { headers: { origin: PAGE } })).toMatchObject({ status: 200, allowed: PAGE });
});

it('says nothing to another origin', async () => {
  expect(await ask([PAGE], { headers: { origin: 'https://evil.example.com' } })).toMatchObject({
    status: 200,
    allowed: null,
  });
});

it('takes * for every origin', async () => {
  expect(await ask(['*'], { headers: { origin: PAGE } })).toMatchObject({ status: 200, allowed: PAGE });
});

it('lets pages send every header that the gateway reads', async () => {
  const { headers } = await ask([PAGE], PREFLIGHT);
  expect(headers.split(', ')).toEqual(
    expect.arrayContaining(['authorization', 'idempotency-key', 'traceparent', 'x-request-id', 'x-session-id']),
  );
});
