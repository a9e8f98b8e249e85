import { describe, expect, it } from 'vitest';
import * as build from './operation-builders.ts';
import { validateOperation } from './validate-operation.ts';

const SECONDS = 1_772_013_598;
const AT = new Date(SECONDS * 1000);

function validated(draft: build.OperationDraft): unknown {
  const result = validateOperation(draft, AT.getTime());
  return result.ok ? result.operation : result.refusal.code;
}

const person = (action: string, more: object = {}) => ({ type: 'person', action, identifiers: { id: '42' }, ...more });
const COMPANY = { typeId: 1, id: 'acme' };
const COMPANY_IDENTIFIERS = { object_type_id: '1', object_id: 'acme' };

describe('builders', () => {
  it.each<[call: string, draft: build.OperationDraft, operation: object]>([
    ["identify('42', …)", build.identify('42', { plan: 'pro' }), person('identify', { attributes: { plan: 'pro' } })],
    [
      'identify with a timestamp',
      build.identify(42, {}, { timestamp: AT }),
      person('identify', { timestamp: SECONDS }),
    ],
    [
      "track('42', …)",
      build.track('42', 'Paid', { total: 1 }, { timestamp: AT }),
      person('event', { name: 'Paid', timestamp: SECONDS, attributes: { total: 1 } }),
    ],
    ['track without data', build.track('42', 'Paid'), person('event', { name: 'Paid' })],
    [
      'page',
      build.page('42', '/pricing', { ref: 'x' }),
      person('page', { name: '/pricing', attributes: { ref: 'x' } }),
    ],
    ['screen', build.screen('42', 'Home'), person('screen', { name: 'Home' })],
    [
      'trackAnonymous',
      build.trackAnonymous('a1', 'Seen'),
      person('event', { identifiers: { anonymous_id: 'a1' }, name: 'Seen' }),
    ],
    ['suppress', build.suppress({ id: 42 }), person('suppress')],
    ['unsuppress', build.unsuppress('42'), person('unsuppress')],
    ['delete', build.deletePerson('42'), person('delete')],
    [
      'merge',
      build.merge('42', { email: 'x@y.z' }),
      { type: 'person', action: 'merge', primary: { id: '42' }, secondary: { email: 'x@y.z' } },
    ],
    [
      'addDevice',
      build.addDevice('42', { token: 't', platform: 'ios', lastUsed: AT, attributes: { v: '1' } }),
      person('add_device', { device: { token: 't', platform: 'ios', last_used: SECONDS, attributes: { v: '1' } } }),
    ],
    ['deleteDevice', build.deleteDevice('42', 't'), person('delete_device', { device: { token: 't' } })],
    [
      'relate',
      build.relate('42', COMPANY, { role: 'admin' }),
      person('add_relationships', {
        cio_relationships: [{ identifiers: COMPANY_IDENTIFIERS, relationship_attributes: { role: 'admin' } }],
      }),
    ],
    [
      'unrelate',
      build.unrelate('42', COMPANY),
      person('delete_relationships', { cio_relationships: [{ identifiers: COMPANY_IDENTIFIERS }] }),
    ],
    [
      'identifyObject',
      build.identifyObject(COMPANY, { seats: 5 }),
      { type: 'object', action: 'identify', identifiers: COMPANY_IDENTIFIERS, attributes: { seats: 5 } },
    ],
    [
      'deleteObject',
      build.deleteObject(COMPANY),
      { type: 'object', action: 'delete', identifiers: COMPANY_IDENTIFIERS },
    ],
  ])('%s is the operation that it says', (_, draft, operation) => {
    expect(validated(draft)).toEqual(operation);
  });

  it('a text is always an id, also one that looks like an e-mail address', () => {
    expect(validated(build.suppress('x@y.z'))).toMatchObject({ identifiers: { id: 'x@y.z' } });
  });

  it('each kind of identifier passes', () => {
    for (const identifiers of [{ email: 'x@y.z' }, { phone: '+4930123456' }, { cio_id: 'd9c106' }]) {
      expect(validated(build.suppress(identifiers))).toMatchObject({ identifiers });
    }
  });

  it('null counts as not given', () => {
    const untyped = build as unknown as Record<string, (...args: unknown[]) => build.OperationDraft>;
    expect(validated(untyped.track?.('42', 'Paid', null, null) as build.OperationDraft)).toEqual(
      person('event', { name: 'Paid' }),
    );
    expect(validated(untyped.suppress?.(null) as build.OperationDraft)).toBe('IDENTIFIER_MISSING');
  });

  it('a misspelt option of a device or object is refused, not lost', () => {
    const device = { token: 't', platform: 'ios', lastused: AT } as build.DeviceInput;
    expect(validated(build.addDevice('42', device))).toBe('FIELD_UNKNOWN');
    expect(validated(build.deleteObject({ ...COMPANY, typeID: 1 } as build.ObjectInput))).toBe('IDENTIFIER_UNKNOWN');
  });
});
