import { describe, expect, it } from 'vitest';
import type { Operation } from './operation.ts';
import { isErasure, neverExpires, verbOf } from './verb.ts';

const person = (action: string, more: object = { identifiers: { id: '1' } }) =>
  ({ type: 'person', action, ...more }) as Operation;
const object = (action: string) => ({ type: 'object', action, identifiers: {} }) as unknown as Operation;

describe('verbOf', () => {
  it.each<[verb: string, operation: Operation]>([
    ['identify', person('identify')],
    ['track', person('event')],
    ['trackAnonymous', person('event', { identifiers: { anonymous_id: 'a' } })],
    ['page', person('page')],
    ['screen', person('screen')],
    ['addDevice', person('add_device')],
    ['deleteDevice', person('delete_device')],
    ['relate', person('add_relationships')],
    ['unrelate', person('delete_relationships')],
    ['merge', person('merge', { primary: { id: '1' }, secondary: { id: '2' } })],
    ['delete', person('delete')],
    ['suppress', person('suppress')],
    ['unsuppress', person('unsuppress')],
    ['identifyObject', object('identify')],
    ['identifyAnonymousObject', object('identify_anonymous')],
    ['relateObject', object('add_relationships')],
    ['unrelateObject', object('delete_relationships')],
    ['deleteObject', object('delete')],
    [
      'trackDelivery',
      {
        type: 'delivery',
        action: 'event',
        identifiers: { id: '1' },
        name: 'opened',
        attributes: { device_token: 't' },
      },
    ],
    ['reportMetric', { type: 'delivery', action: 'metric', identifiers: { id: '1' }, name: 'bounced' }],
    ['unsubscribe', { type: 'delivery', action: 'unsubscribe', identifiers: { id: '1' } }],
    ['resubscribe', { type: 'delivery', action: 'resubscribe', identifiers: { id: '1' } }],
    ['submitForm', { type: 'form', action: 'submit', identifiers: { form_id: 'f' }, data: { id: '1' } }],
    ['addToSegment', { type: 'segment', action: 'add_person', identifiers: { segment_id: '7' }, person: { id: '1' } }],
    [
      'removeFromSegment',
      { type: 'segment', action: 'remove_person', identifiers: { segment_id: '7' }, person: { id: '1' } },
    ],
    ['trackInvite', { type: 'invite', action: 'event', name: 'Invited' }],
  ])('%s is the verb of its operation', (verb, operation) => {
    expect(verbOf(operation)).toBe(verb);
  });
});

describe('erasures', () => {
  it('are suppress and delete of a person, not delete of an object', () => {
    expect(['suppress', 'delete', 'unsuppress', 'identify'].filter((action) => isErasure(person(action)))).toEqual([
      'suppress',
      'delete',
    ]);
    expect(isErasure(object('delete'))).toBe(false);
  });

  it('never expire, nor does unsuppress', () => {
    const actions = ['suppress', 'delete', 'unsuppress', 'identify', 'event', 'merge'];
    expect(actions.filter((action) => neverExpires(person(action)))).toEqual(['suppress', 'delete', 'unsuppress']);
  });

  it('are not alone in that: who unsubscribed must not get messages because it took long', () => {
    const delivery = (action: string) => ({ type: 'delivery', action, identifiers: { id: 'D' } }) as Operation;
    const actions = ['unsubscribe', 'resubscribe', 'metric', 'event'];
    expect(actions.filter((action) => neverExpires(delivery(action)))).toEqual(['unsubscribe', 'resubscribe']);
  });
});
