import { expect, it } from 'vitest';
import { trackProblem } from './track-problem.ts';
import { validateOperation } from './validate-operation.ts';

const person = (action: string, rest: object = {}) => ({ type: 'person', action, identifiers: { id: '1' }, ...rest });
const identify = (attributes: unknown) => person('identify', { attributes });
const event = (rest: object) => person('event', { name: 'n', ...rest });
const many = Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`a${index}`, 1]));

/** @see https://docs.customer.io/journeys/invalid-api-requests/ */
const WORDS: readonly (readonly [words: string, field: string, operation: unknown])[] = [
  ['id attribute must be present', 'identifiers', person('identify', { identifiers: {} })],
  ['id attribute must be a string value', 'identifiers.id', person('identify', { identifiers: { id: {} } })],
  ['id attribute cannot be an empty string', 'identifiers.id', person('identify', { identifiers: { id: '' } })],
  ['cannot identify more than 300 attributes in one request', 'attributes', identify(many)],
  [
    'attribute name cannot be longer than 150 bytes',
    `attributes.${'n'.repeat(79)}…`,
    identify({ ['n'.repeat(151)]: 1 }),
  ],
  [
    "value for attribute 'a.b' cannot be longer than 1000 bytes",
    'attributes.a.b',
    identify({ 'a.b': 'x'.repeat(1001) }),
  ],
  ['event name must not be blank', 'name', event({ name: undefined })],
  ['event name must not be blank', 'name', event({ name: ' ' })],
  ['event name cannot be longer than 100 bytes', 'name', event({ name: 'n'.repeat(101) })],
  ['event name must be less than 500 characters', 'name', person('page', { name: 'n'.repeat(500) })],
  ['event data must be a hash', 'attributes', event({ attributes: [] })],
  ['attributes must be a hash', 'attributes', identify([])],
  ['timestamp must be a unix timestamp', 'timestamp', event({ timestamp: 'soon' })],
  ['type must be present', 'type', {}],
];

it.each(WORDS)('says "%s" of %s', (message, field, operation) => {
  const validation = validateOperation(operation);
  if (validation.ok) throw new Error('expected a refusal');
  const { action } = operation as { action?: unknown };
  expect(trackProblem(validation.refusal, action)).toEqual({ reason: expect.any(String), field, message });
});

it('says what was expected where Customer.io has no documented words', () => {
  const validation = validateOperation(identify({ unsubscribed: 'perhaps' }));
  if (validation.ok) throw new Error('expected a refusal');
  expect(trackProblem(validation.refusal)).toMatchObject({
    reason: 'invalid',
    field: 'attributes.unsubscribed',
    message: expect.stringContaining('expected true or false'),
  });
});
