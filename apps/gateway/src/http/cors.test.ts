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
  return { status: response.status, allowed: response.headers.get('access-control-allow-origin') };
}

const PAGE = 'https://shop.example.com';
const PREFLIGHT = { method: 'OPTIONS', headers: { origin: PAGE, 'access-control-request-method': 'POST' } };

it('says nothing to any origin unless one is configured', async () => {
  expect(await ask([], { headers: { origin: PAGE } })).toEqual({ status: 200, allowed: null });
  expect(await ask([], PREFLIGHT)).toEqual({ status: 200, allowed: null });
});

it('answers the preflight of an origin that is configured, and lets its pages read', async () => {
  expect(await ask([PAGE], PREFLIGHT)).toEqual({ status: 204, allowed: PAGE });
  expect(await ask([PAGE], { headers: { origin: PAGE } })).toEqual({ status: 200, allowed: PAGE });
});

it('says nothing to another origin', async () => {
  expect(await ask([PAGE], { headers: { origin: 'https://evil.example.com' } })).toEqual({
    status: 200,
    allowed: null,
  });
});

it('takes * for every origin', async () => {
  expect(await ask(['*'], { headers: { origin: PAGE } })).toEqual({ status: 200, allowed: PAGE });
});
