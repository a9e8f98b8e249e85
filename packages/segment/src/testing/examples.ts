/** A message as an SDK sends it, the row that takes it, and the operations that it becomes. */
export interface MappingExample {
  /** The row; for several of one row, what is special about it after a colon. */
  readonly title: string;
  readonly row: string;
  readonly message: Readonly<Record<string, unknown>>;
  /** As `validateOperation` gives them. */
  readonly operations: readonly object[];
}

/** When all examples happened: without `sentAt` this is what is sent. */
export const EXAMPLE_TIME = '2026-02-25T09:59:58.000Z';
const SECONDS = 1_772_013_598;

const known = (type: string, more: object = {}) => ({ type, userId: '42', timestamp: EXAMPLE_TIME, ...more });
const anonymous = (type: string, more: object = {}) => ({ type, anonymousId: 'a1', timestamp: EXAMPLE_TIME, ...more });
const semantic = (event: string, properties?: object) => known('track', { event, ...(properties && { properties }) });
const person = (action: string, more: object = {}) => ({ type: 'person', action, identifiers: { id: '42' }, ...more });
const ANONYMOUS = { identifiers: { anonymous_id: 'a1' } };
const ACME = { object_type_id: '1', object_id: 'acme' };
const PHONE = { device: { token: 'tok', type: 'iOS' }, app: { version: '2.1' } };

function example(title: string, message: MappingExample['message'], ...operations: readonly object[]): MappingExample {
  return { title, row: title.replace(/:.*$/, ''), message, operations };
}

/** At least one for each row of the mapping table that gives operations. */
export const MAPPING_EXAMPLES: readonly MappingExample[] = [
  example('excluded', known('track', { event: 'Paid', integrations: { All: false } })),
  example(
    'excluded: by name',
    known('track', { event: 'Paid', integrations: { All: true, 'Customer.io (Actions)': false } }),
  ),
  example('User Deleted', semantic('User Deleted'), person('delete')),
  example('User Suppressed', semantic('User Suppressed', {}), person('suppress')),
  example('User Unsuppressed', semantic('User Unsuppressed'), person('unsuppress')),
  example('Relationship Deleted', semantic('Relationship Deleted', { objectId: 'acme' }), {
    type: 'object',
    action: 'delete_relationships',
    identifiers: ACME,
    cio_relationships: [{ identifiers: { id: '42' } }],
  }),
  example('Object Deleted', semantic('Object Deleted', { objectId: 'acme', objectTypeId: 2 }), {
    type: 'object',
    action: 'delete',
    identifiers: { object_type_id: '2', object_id: 'acme' },
  }),
  example(
    'Report Delivery Event',
    semantic('Report Delivery Event', { deliveryId: 'RPIL', metric: 'clicked', href: 'https://example.com/' }),
    {
      type: 'delivery',
      action: 'metric',
      identifiers: { id: 'RPIL' },
      name: 'clicked',
      timestamp: SECONDS,
      href: 'https://example.com/',
    },
  ),
  example(
    'Device Created or Updated',
    known('track', {
      event: 'Device Created or Updated',
      context: PHONE,
      properties: { beta: true, seen: '2026-01-31', nested: { a: 1 }, none: null },
    }),
    person('add_device', {
      device: {
        token: 'tok',
        platform: 'ios',
        last_used: SECONDS,
        attributes: { beta: 'true', seen: '1769817600', app_version: '2.1' },
      },
    }),
  ),
  example(
    'Device Created or Updated: in the properties',
    semantic('Device Created or Updated', { device: { token: 'tok', type: 'android' } }),
    person('add_device', { device: { token: 'tok', platform: 'android', last_used: SECONDS } }),
  ),
  example(
    'Device Deleted',
    known('track', { event: 'Device Deleted', context: PHONE }),
    person('delete_device', { device: { token: 'tok' } }),
  ),
  example(
    'Application Opened',
    known('track', { event: 'Application Opened', context: PHONE, properties: { from_background: true } }),
    person('add_device', {
      device: {
        token: 'tok',
        platform: 'ios',
        last_used: SECONDS,
        attributes: { from_background: 'true', app_version: '2.1' },
      },
    }),
    person('event', { name: 'Application Opened', timestamp: SECONDS, attributes: { from_background: true } }),
  ),
  example(
    'Application Uninstalled',
    known('track', { event: 'Application Uninstalled', context: PHONE }),
    person('event', { name: 'Application Uninstalled', timestamp: SECONDS }),
    person('delete_device', { device: { token: 'tok' } }),
  ),
  example(
    'track',
    semantic('Order Placed', {
      total: 9.5,
      placedAt: '2026-02-25T09:59:58+00:00',
      shipping: { due: '2026-03-01' },
      items: [{ since: '2026-03-01' }],
      'coupon.code': 'X',
    }),
    person('event', {
      name: 'Order Placed',
      timestamp: SECONDS,
      attributes: {
        total: 9.5,
        placedAt: SECONDS,
        shipping: { due: 1_772_323_200 },
        items: [{ since: '2026-03-01' }],
        'coupon.code': 'X',
      },
    }),
  ),
  example('track: of an app without a token', semantic('Application Opened'), {
    ...person('event', { name: 'Application Opened', timestamp: SECONDS }),
  }),
  example(
    'track: by e-mail address',
    { ...semantic('Paid'), userId: 'ada@example.com' },
    {
      ...person('event', { name: 'Paid', timestamp: SECONDS }),
      identifiers: { email: 'ada@example.com' },
    },
  ),
  example(
    'track: by cio_id',
    { ...semantic('Paid'), userId: 'cio_0300' },
    {
      ...person('event', { name: 'Paid', timestamp: SECONDS }),
      identifiers: { cio_id: '0300' },
    },
  ),
  example(
    'track: a number as id',
    { ...semantic('Paid'), userId: 42 },
    person('event', { name: 'Paid', timestamp: SECONDS }),
  ),
  example(
    'track, anonymous',
    anonymous('track', { event: 'Seen', properties: { n: 1 } }),
    person('event', { ...ANONYMOUS, name: 'Seen', timestamp: SECONDS, attributes: { n: 1 } }),
  ),
  example(
    'page',
    known('page', { name: 'Pricing', category: 'Docs', properties: { url: 'https://example.com/pricing', ref: 'x' } }),
    person('page', {
      name: 'https://example.com/pricing',
      timestamp: SECONDS,
      attributes: { name: 'Pricing', category: 'Docs', url: 'https://example.com/pricing', ref: 'x' },
    }),
  ),
  example(
    'page: without an address',
    known('page', { name: 'Pricing' }),
    person('page', { name: 'Pricing', timestamp: SECONDS, attributes: { name: 'Pricing' } }),
  ),
  example(
    'page: with a category alone',
    known('page', { category: 'Docs' }),
    person('page', { name: 'Docs', timestamp: SECONDS, attributes: { category: 'Docs' } }),
  ),
  example(
    'page: with an address that is too long for a name',
    known('page', { properties: { url: `https://example.com/p?q=${'x'.repeat(600)}` } }),
    person('page', {
      name: 'https://example.com/p',
      timestamp: SECONDS,
      attributes: { url: `https://example.com/p?q=${'x'.repeat(600)}` },
    }),
  ),
  example(
    'page, anonymous',
    anonymous('page', { context: { page: { url: 'https://example.com/' } } }),
    person('page', { ...ANONYMOUS, name: 'https://example.com/', timestamp: SECONDS }),
  ),
  example(
    'screen',
    known('screen', { name: 'Home', properties: { tab: 2 } }),
    person('screen', { name: 'Home', timestamp: SECONDS, attributes: { name: 'Home', tab: 2 } }),
  ),
  example(
    'screen, anonymous',
    anonymous('screen', { name: 'Home' }),
    person('screen', { ...ANONYMOUS, name: 'Home', timestamp: SECONDS, attributes: { name: 'Home' } }),
  ),
  example(
    'identify',
    known('identify', {
      anonymousId: 'a1',
      traits: {
        email: 'ada@example.com',
        createdAt: EXAMPLE_TIME,
        address: { city: 'London', since: '2026-03-01' },
        'plan.name': 'pro',
        phone: null,
        unsubscribed: 'TRUE',
      },
    }),
    person('identify', {
      timestamp: SECONDS,
      attributes: {
        email: 'ada@example.com',
        address: { city: 'London', since: 1_772_323_200 },
        'plan.name': 'pro',
        phone: null,
        created_at: SECONDS,
        unsubscribed: true,
        anonymous_id: 'a1',
      },
    }),
  ),
  example(
    'identify: with an object',
    known('identify', {
      traits: { objectId: 'acme', objectTypeId: '2', relationshipAttributes: { role: 'admin', since: '2026-03-01' } },
    }),
    person('identify', {
      timestamp: SECONDS,
      attributes: { objectId: 'acme' },
      cio_relationships: [
        {
          identifiers: { object_type_id: '2', object_id: 'acme' },
          relationship_attributes: { role: 'admin', since: 1_772_323_200 },
        },
      ],
    }),
  ),
  example(
    'identify: with its traits in the context',
    known('identify', { context: { traits: { plan: 'pro' } } }),
    person('identify', { timestamp: SECONDS, attributes: { plan: 'pro' } }),
  ),
  example('identify: without traits', known('identify', { traits: null }), person('identify', { timestamp: SECONDS })),
  example(
    'identify by e-mail',
    anonymous('identify', { userId: '', traits: { email: 'ada@example.com', plan: 'pro' } }),
    {
      ...person('identify', {
        timestamp: SECONDS,
        attributes: { email: 'ada@example.com', plan: 'pro', anonymous_id: 'a1' },
      }),
      identifiers: { email: 'ada@example.com' },
    },
  ),
  example('alias', known('alias', { previousId: 'ada@example.com' }), {
    type: 'person',
    action: 'merge',
    primary: { id: '42' },
    secondary: { email: 'ada@example.com' },
  }),
  example(
    'group',
    known('group', {
      groupId: 'acme',
      traits: {
        objectTypeId: '1',
        name: 'Acme',
        createdAt: EXAMPLE_TIME,
        objectAttributes: { seats: 5 },
        relationshipAttributes: { role: 'admin' },
      },
    }),
    {
      type: 'object',
      action: 'identify',
      identifiers: ACME,
      attributes: { name: 'Acme', created_at: SECONDS, seats: 5 },
      cio_relationships: [{ identifiers: { id: '42' }, relationship_attributes: { role: 'admin' } }],
    },
  ),
  example('group, anonymous', anonymous('group', { groupId: 'acme', context: { objectTypeId: '3' } }), {
    type: 'object',
    action: 'identify_anonymous',
    identifiers: { object_type_id: '3', object_id: 'acme' },
    cio_relationships: [{ identifiers: { anonymous_id: 'a1' } }],
  }),
  example(
    'group, object alone',
    { type: 'group', groupId: 7, traits: { seats: 6 } },
    {
      type: 'object',
      action: 'identify',
      identifiers: { object_type_id: '1', object_id: '7' },
      attributes: { seats: 6 },
    },
  ),
];
