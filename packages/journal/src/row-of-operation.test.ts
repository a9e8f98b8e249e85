import { newUlid, type Operation, type QueuedOperation } from '@cio-fleet/contracts';
import { expect, it } from 'vitest';
import { rowOfOperation } from './row-of-operation.ts';

const queued = (op: Operation, facts: Partial<QueuedOperation> = {}): QueuedOperation => ({
  id: newUlid(),
  at: 1_000,
  op,
  ...facts,
});
const facts = { time: 1_250, workspace: 'default', outcome: 'delivered' } as const;

it('makes the row of a track, with its name, who sent it and how long it took', () => {
  const op = { type: 'person', action: 'event', identifiers: { id: '42' }, name: 'Bought' } as const;
  const operation = queued(op, { source: 'shop', sessionId: 's', traceId: 't', redrives: 1 });
  expect(rowOfOperation(operation, { ...facts, attempts: 2, lane: 3 })).toEqual({
    ...facts,
    acceptedAt: 1_000,
    operationId: operation.id,
    person: 'id:42',
    action: 'track',
    name: 'Bought',
    source: 'shop',
    sessionId: 's',
    traceId: 't',
    redrives: 1,
    attempts: 2,
    lane: 3,
    queuedMs: 250,
    payload: op,
  });
});

it('ties an identified person to their e-mail address, and the two of a merge to each other', () => {
  const identify = { type: 'person', action: 'identify', identifiers: { id: '42' }, attributes: { email: 'Ada@B.c' } };
  expect(rowOfOperation(queued(identify as Operation), facts).aliases).toEqual(['email:ada@b.c']);
  const merge = { type: 'person', action: 'merge', primary: { id: '42' }, secondary: { email: 'ada@b.c' } };
  expect(rowOfOperation(queued(merge as Operation), facts)).toMatchObject({
    person: 'id:42',
    aliases: ['email:ada@b.c'],
  });
});

it('ties an identified person to every identifier among their attributes', () => {
  const attributes = { id: 42, email: 'Ada@B.c', phone: '+1', anonymous_id: 'a1', plan: 'free' };
  const identify = { type: 'person', action: 'identify', identifiers: { email: 'ada@b.c' }, attributes } as Operation;
  expect(rowOfOperation(queued(identify), facts)).toMatchObject({ aliases: ['id:42', 'phone:+1'], anonymousId: 'a1' });
  const odd = { ...identify, attributes: { id: '', email: null, phone: [], anonymous_id: { a: 1 } } } as Operation;
  const row = rowOfOperation(queued(odd), facts);
  expect([row.aliases, row.anonymousId]).toEqual([undefined, undefined]);
});

it('ties who submitted a form to every identifier that they filled in', () => {
  const data = { email: 'Ada@B.c', phone: '+1', anonymous_id: 'a1', message: 'id' };
  const form: Operation = { type: 'form', action: 'submit', identifiers: { form_id: 'f' }, data };
  expect(rowOfOperation(queued(form), facts)).toMatchObject({
    ...{ person: 'email:ada@b.c', aliases: ['phone:+1'], anonymousId: 'a1' },
  });
});

it('keeps an anonymous track under its anonymous id, and objects and deliveries under their own key', () => {
  const ops = [
    { type: 'person', action: 'event', identifiers: { anonymous_id: 'a' }, name: 'n' },
    { type: 'object', action: 'delete', identifiers: { object_type_id: '1', object_id: 'x' } },
  ] as Operation[];
  expect(ops.map((op) => rowOfOperation(queued(op), facts).person)).toEqual(['anonymous_id:a', 'object:1:x']);
});

it('keeps of a traceparent the trace id, by which somebody looks for it', () => {
  const op = { type: 'person', action: 'event', identifiers: { id: '42' }, name: 'Bought' } as const;
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  expect(rowOfOperation(queued(op, { traceId: `00-${trace}-00f067aa0ba902b7-01` }), facts).traceId).toBe(trace);
});
