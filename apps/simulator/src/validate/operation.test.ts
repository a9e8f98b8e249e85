import { describe, expect, it } from 'vitest';
import { validateOperation } from './operation.ts';

const person = (rest: object) => ({ type: 'person', identifiers: { id: '42' }, ...rest });
const object = (rest: object) => ({ type: 'object', identifiers: { object_type_id: '1', object_id: 'acme' }, ...rest });
const related = [{ identifiers: { object_type_id: '1', object_id: 'acme' }, relationship_attributes: { role: 'x' } }];
const relatedPeople = [{ identifiers: { id: '42' } }];
const device = { token: 't', platform: 'ios', last_used: 1, attributes: { app_version: '2.1' } };

const VALID: Readonly<Record<string, object>> = {
  'person identify': person({ action: 'identify', attributes: { plan: 'pro', _update: true }, timestamp: 1 }),
  'person identify without attributes': person({ action: 'identify' }),
  'person identify with relationships': person({ action: 'identify', cio_relationships: related }),
  'person identify by email': person({ action: 'identify', identifiers: { email: 'A@b.c' } }),
  'person identify by phone': person({ action: 'identify', identifiers: { phone: '+14155552671' } }),
  'person identify by cio_id': person({ action: 'identify', identifiers: { cio_id: 'a3000001' } }),
  'person event': person({ action: 'event', name: 'purchase', id: '01HB4HBDKTFWYZCK01DMRSWRFD', attributes: {} }),
  'person event with an id that is no ULID': person({ action: 'event', name: 'purchase', id: 'message-1' }),
  'person event with a timestamp in ISO form': person({
    action: 'event',
    name: 'x',
    timestamp: '2026-01-01T00:00:00Z',
  }),
  'anonymous event': person({ action: 'event', name: 'x', identifiers: { anonymous_id: 'a1' } }),
  'person page': person({ action: 'page', name: `https://example.com/${'p'.repeat(200)}` }),
  'person screen': person({ action: 'screen', name: 'Home' }),
  'person add_device': person({ action: 'add_device', device }),
  'person delete_device': person({ action: 'delete_device', device: { token: 't' } }),
  'person add_relationships': person({ action: 'add_relationships', cio_relationships: related }),
  'person delete_relationships': person({ action: 'delete_relationships', cio_relationships: related }),
  'person merge': { type: 'person', action: 'merge', primary: { id: '1' }, secondary: { email: 'x@y.z' } },
  'person delete': person({ action: 'delete' }),
  'person suppress': person({ action: 'suppress' }),
  'person unsuppress': person({ action: 'unsuppress' }),
  'object identify': object({ action: 'identify', attributes: { seats: 5 }, cio_relationships: relatedPeople }),
  'object identify with a number as id attribute': object({ action: 'identify', attributes: { id: 7, email: [] } }),
  'object identify by cio_object_id': object({ action: 'identify', identifiers: { cio_object_id: 'obb7fd050101' } }),
  'object identify_anonymous': object({
    action: 'identify_anonymous',
    cio_relationships: [{ identifiers: { anonymous_id: 'a1' } }],
  }),
  'object add_relationships': object({ action: 'add_relationships', cio_relationships: relatedPeople }),
  'object delete_relationships': object({ action: 'delete_relationships', cio_relationships: relatedPeople }),
  'object delete': object({ action: 'delete' }),
  'delivery event': {
    type: 'delivery',
    action: 'event',
    identifiers: { id: 'RPIyMTM6OjEyMzQ=' },
    name: 'opened',
    attributes: { device_token: 't' },
  },
};

const long = (bytes: number) => 'x'.repeat(bytes);
const manyAttributes = Object.fromEntries(Array.from({ length: 301 }, (_, index) => [`a${index}`, 1]));

const INVALID: Readonly<Record<string, readonly [value: unknown, field: string]>> = {
  'a string': ['x', ''],
  null: [null, ''],
  'an array': [[], ''],
  'no type': [{ action: 'identify' }, 'type'],
  'an unknown type': [{ type: 'thing', action: 'identify' }, 'type'],
  'no action': [{ type: 'person', identifiers: { id: '1' } }, 'action'],
  'an unknown action': [person({ action: 'explode' }), 'action'],
  'an unknown object action': [object({ action: 'suppress' }), 'action'],
  'an unknown delivery action': [{ type: 'delivery', action: 'identify' }, 'action'],
  'no identifiers': [{ type: 'person', action: 'delete' }, 'identifiers'],
  'empty identifiers': [person({ action: 'delete', identifiers: {} }), 'identifiers'],
  'two identifiers': [person({ action: 'delete', identifiers: { id: '1', email: 'a@b.c' } }), 'identifiers'],
  'an unknown identifier': [person({ action: 'delete', identifiers: { name: 'x' } }), 'identifiers.name'],
  'a prototype key as identifier': [
    person({ action: 'delete', identifiers: JSON.parse('{"__proto__":{"id":"1"}}') }),
    'identifiers.__proto__',
  ],
  'a number as id': [person({ action: 'delete', identifiers: { id: 42 } }), 'identifiers.id'],
  'an empty id': [person({ action: 'delete', identifiers: { id: '' } }), 'identifiers.id'],
  'an id of 151 bytes': [person({ action: 'delete', identifiers: { id: long(151) } }), 'identifiers.id'],
  'an id of 152 bytes in 76 characters': [
    person({ action: 'delete', identifiers: { id: 'é'.repeat(76) } }),
    'identifiers.id',
  ],
  'an e-mail address without @': [person({ action: 'delete', identifiers: { email: 'ab.c' } }), 'identifiers.email'],
  'a phone number without +': [person({ action: 'delete', identifiers: { phone: '4155552671' } }), 'identifiers.phone'],
  'an anonymous identify': [
    person({ action: 'identify', identifiers: { anonymous_id: 'a' } }),
    'identifiers.anonymous_id',
  ],
  '301 attributes': [person({ action: 'identify', attributes: manyAttributes }), 'attributes'],
  'an attribute name of 151 bytes': [person({ action: 'identify', attributes: { [long(151)]: 1 } }), 'attributes'],
  'an attribute value of 1001 bytes': [person({ action: 'identify', attributes: { a: long(1001) } }), 'attributes.a'],
  'an attribute value of 1002 bytes in 501 characters': [
    person({ action: 'identify', attributes: { a: 'é'.repeat(501) } }),
    'attributes.a',
  ],
  'a structured attribute value of over 1000 bytes': [
    person({ action: 'identify', attributes: { a: { b: long(1000) } } }),
    'attributes.a',
  ],
  'a number as e-mail attribute': [person({ action: 'identify', attributes: { email: 1 } }), 'attributes.email'],
  'attributes that are a list': [person({ action: 'identify', attributes: [] }), 'attributes'],
  'a structure as timestamp': [person({ action: 'identify', timestamp: {} }), 'timestamp'],
  'an event without a name': [person({ action: 'event' }), 'name'],
  'an event with a blank name': [person({ action: 'event', name: '  ' }), 'name'],
  'an event with a number as name': [person({ action: 'event', name: 7 }), 'name'],
  'an event name of 101 bytes': [person({ action: 'event', name: long(101) }), 'name'],
  'a page name of 500 characters': [person({ action: 'page', name: long(500) }), 'name'],
  'event data that are a list': [person({ action: 'event', name: 'x', attributes: [] }), 'attributes'],
  'an event id that is a number': [person({ action: 'event', name: 'x', id: 7 }), 'id'],
  'a device without a token': [person({ action: 'add_device', device: { platform: 'ios' } }), 'device.token'],
  'a device without a platform': [person({ action: 'add_device', device: { token: 't' } }), 'device.platform'],
  'a device of an unknown platform': [
    person({ action: 'add_device', device: { token: 't', platform: 'web' } }),
    'device.platform',
  ],
  'no device': [person({ action: 'delete_device' }), 'device'],
  'add_relationships without any': [person({ action: 'add_relationships' }), 'cio_relationships'],
  'relationships that are a hash': [
    person({ action: 'add_relationships', cio_relationships: {} }),
    'cio_relationships',
  ],
  'a relationship to null': [
    person({ action: 'add_relationships', cio_relationships: [null] }),
    'cio_relationships[0]',
  ],
  'a relationship of a person to a person': [
    person({ action: 'add_relationships', cio_relationships: relatedPeople }),
    'cio_relationships[0].identifiers.object_type_id',
  ],
  "v1's relationships of an unknown action": [
    person({ action: 'identify', attributes: { cio_relationships: { action: 'x' } } }),
    'cio_relationships.action',
  ],
  'a merge without a primary': [{ type: 'person', action: 'merge', secondary: { id: '1' } }, 'primary'],
  'a merge by phone': [
    { type: 'person', action: 'merge', primary: { phone: '+14155552671' }, secondary: { id: '1' } },
    'primary.phone',
  ],
  'a merge of two ids in one': [
    { type: 'person', action: 'merge', primary: { id: '1', email: 'a@b.c' }, secondary: { id: '1' } },
    'primary',
  ],
  'an object without an id': [
    object({ action: 'delete', identifiers: { object_type_id: '1' } }),
    'identifiers.object_id',
  ],
  'an object type that is a word': [
    object({ action: 'delete', identifiers: { object_type_id: 'company', object_id: 'a' } }),
    'identifiers.object_type_id',
  ],
  'an object by both of its ids': [
    object({ action: 'delete', identifiers: { cio_object_id: 'o', object_type_id: '1', object_id: 'a' } }),
    'identifiers',
  ],
  'an object related by phone': [
    object({ action: 'add_relationships', cio_relationships: [{ identifiers: { phone: '+14155552671' } }] }),
    'cio_relationships[0].identifiers.phone',
  ],
  'a delivery without an id': [{ type: 'delivery', action: 'event', name: 'opened' }, 'identifiers.id'],
  'a delivery metric that devices do not report': [
    { type: 'delivery', action: 'event', identifiers: { id: 'x' }, name: 'bounced' },
    'name',
  ],
};

describe('validateOperation', () => {
  it.each(Object.entries(VALID))('takes a valid %s', (_, operation) => {
    expect(validateOperation(operation, true)).toBeUndefined();
  });

  it.each(Object.entries(INVALID))('refuses %s and names the field', (_, [operation, field]) => {
    expect(validateOperation(operation, true)).toMatchObject({ field, message: expect.stringMatching(/./) });
  });

  it('takes an operation of exactly 32 KB and refuses one byte more', () => {
    const sized = (bytes: number) => {
      const empty = person({ action: 'event', name: 'x', attributes: { text: '' } });
      return { ...empty, attributes: { text: long(bytes - JSON.stringify(empty).length) } };
    };
    expect(validateOperation(sized(32 * 1024), true)).toBeUndefined();
    expect(validateOperation(sized(32 * 1024 + 1), true)).toMatchObject({ reason: 'too_large' });
  });

  it('refuses what nests deeper than 64 levels before anything walks it', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`) as object;
    expect(validateOperation(person({ action: 'event', name: 'x', attributes: deep }), true)).toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining('64 levels'),
    });
  });
});
