import type { Operation } from '@cio-fleet/contracts';
import type { TraitRule } from '@cio-fleet/workspaces';
import { describe, expect, it } from 'vitest';
import { planRegions } from './plan-regions.ts';
import { regionSubjects } from './region-subjects.ts';

const RULE: TraitRule = { trait: 'region', map: { EU: 'eu', US: 'us' }, otherwise: 'us' };
const STRICT: TraitRule = { ...RULE, otherwise: 'refuse' };

const identify = (id: string, attributes: Record<string, string> = {}): Operation => ({
  type: 'person',
  action: 'identify',
  identifiers: { id },
  attributes,
});
const track = (id: string): Operation => ({ type: 'person', action: 'event', identifiers: { id }, name: 'e' });
const merge = (primary: string, secondary: string): Operation => ({
  type: 'person',
  action: 'merge',
  primary: { id: primary },
  secondary: { id: secondary },
});

function plan(operations: readonly Operation[], known: Record<string, string> = {}, rule = RULE) {
  const subjects = operations.map((operation) => regionSubjects(operation, rule.trait));
  return planRegions(rule, subjects, { known: new Map(Object.entries(known)), inEu: new Set(['eu']) });
}
const learned = (workspace: string, overrides: boolean, ...keys: string[]) =>
  new Map(keys.map((key) => [key, { workspace, overrides }]));
const targets = (...args: Parameters<typeof plan>) =>
  plan(...args).map((one) => (one.kind === 'to' ? one.workspace : one.kind));

describe('an identify with the trait', () => {
  it('goes where the trait says, and teaches every identifier that it carries', () => {
    const [one] = plan([identify('1', { region: 'EU', email: 'Ada@Example.com', anonymous_id: 'x' })]);
    expect(one).toEqual({
      kind: 'to',
      workspace: 'eu',
      isKnown: true,
      learned: learned('eu', true, 'id:1', 'email:ada@example.com', 'anonymous_id:x'),
      moves: false,
    });
  });

  it('moves a person of another region', () => {
    expect(plan([identify('1', { region: 'EU' })], { 'id:1': 'us' })).toMatchObject([{ workspace: 'eu', moves: true }]);
  });

  it('teaches nothing that is known', () => {
    expect(plan([identify('1', { region: 'EU' })], { 'id:1': 'eu' })).toMatchObject([
      { learned: new Map(), moves: false },
    ]);
  });

  it('counts as one without it where the value is not mapped', () => {
    expect(targets([identify('1', { region: 'APAC' })], { 'id:1': 'eu' })).toEqual(['eu']);
    expect(targets([identify('1', { region: 'constructor' })])).toEqual(['us']);
  });
});

describe('an operation without the trait', () => {
  it('goes where its person is known to be', () => {
    expect(targets([track('1'), track('2')], { 'id:1': 'eu' })).toEqual(['eu', 'us']);
  });

  it('is refused where nothing is known and the rule refuses that', () => {
    expect(targets([track('1')], {}, STRICT)).toEqual(['unknown']);
  });

  it('follows an identify before it in the same call, and one after it', () => {
    expect(targets([track('1'), identify('1', { region: 'EU' }), track('1')])).toEqual(['eu', 'eu', 'eu']);
  });

  it('follows a move in the middle of a call from there on', () => {
    const known = { 'id:1': 'us' };
    expect(targets([track('1'), identify('1', { region: 'EU' }), track('1')], known)).toEqual(['us', 'eu', 'eu']);
  });

  it('of a new identifier takes the region of the one that it is joined with', () => {
    expect(plan([identify('1', { email: 'a@b.c' })], { 'email:a@b.c': 'eu' })).toMatchObject([
      { workspace: 'eu', learned: learned('eu', false, 'id:1') },
    ]);
  });
});

describe('an operation on several persons', () => {
  it('goes where one of them is known to be, and teaches the other', () => {
    expect(plan([merge('1', '2')], { 'id:2': 'eu' })).toMatchObject([
      { workspace: 'eu', learned: learned('eu', false, 'id:1') },
    ]);
  });

  it('is refused where they are of two regions', () => {
    expect(targets([merge('1', '2')], { 'id:1': 'us', 'id:2': 'eu' })).toEqual(['conflict']);
  });
});

const object = (action: 'identify' | 'add_relationships', members: readonly string[], attributes = {}): Operation => ({
  type: 'object',
  action,
  identifiers: { object_type_id: '1', object_id: 'acme' },
  ...(action === 'identify' && { attributes }),
  cio_relationships: members.map((id) => ({ identifiers: { id } })),
});
const KNOWN_IN_US = { 'object:1:acme@us': 'us' };

describe('an object with persons', () => {
  it('goes where they are, whatever it says and wherever it was before', () => {
    const known = { 'id:1': 'eu', ...KNOWN_IN_US };
    expect(targets([object('identify', ['1'], { region: 'US' })], known)).toEqual(['eu']);
    expect(targets([object('add_relationships', ['1'])], known)).toEqual(['eu']);
  });

  it('lives in both workspaces where its persons are of two regions', () => {
    const known = { 'id:1': 'eu', 'id:2': 'us' };
    const plans = plan([object('identify', ['1']), object('identify', ['2'])], known);
    expect(plans).toMatchObject([
      { workspace: 'eu', learned: learned('eu', false, 'object:1:acme@eu'), moves: false },
      { workspace: 'us', learned: learned('us', false, 'object:1:acme@us'), moves: false },
    ]);
  });

  it.each([
    ['says its own region', [object('identify', ['1'], { region: 'US' })]],
    ['is known in one', [object('identify', ['1'])]],
    ['is known in one and relates them', [object('add_relationships', ['1'])]],
    ['has others who are known', [object('identify', ['2', '1'])]],
  ])('says nothing of a person of whom nothing is known, though it %s', (_, operations) => {
    const known = { 'id:2': 'us', ...KNOWN_IN_US };
    expect(targets([...operations, track('1')], known, STRICT)).toEqual(['unknown', 'unknown']);
    expect(plan(operations, known, RULE)).toMatchObject([{ workspace: 'us', learned: new Map() }]);
  });

  it('follows what a later identify says of its person', () => {
    const call = [object('identify', ['1'], { region: 'US' }), identify('1', { region: 'EU' })];
    expect(targets(call, KNOWN_IN_US, STRICT)).toEqual(['eu', 'eu']);
  });

  it('is refused where its persons are of two regions, or one is to go elsewhere until known', () => {
    expect(targets([object('identify', ['1', '2'])], { 'id:1': 'eu', 'id:2': 'us' })).toEqual(['conflict']);
    expect(targets([object('identify', ['1', '2'])], { 'id:1': 'eu' }, RULE)).toEqual(['conflict']);
    expect(targets([object('identify', ['1', '2'])], { 'id:1': 'eu' }, STRICT)).toEqual(['unknown']);
  });
});

describe('an object alone', () => {
  it('goes where it says', () => {
    const plans = plan([object('identify', [], { region: 'EU' })], KNOWN_IN_US);
    expect(plans).toMatchObject([{ workspace: 'eu', learned: learned('eu', false, 'object:1:acme@eu'), moves: false }]);
  });

  it('goes where it is known to be, and is refused where that is in two regions', () => {
    const known = { 'object:1:acme@eu': 'eu' };
    expect(targets([object('identify', [])], known)).toEqual(['eu']);
    expect(targets([object('identify', [])], { ...known, ...KNOWN_IN_US })).toEqual(['conflict']);
    expect(targets([object('identify', [])], {}, STRICT)).toEqual(['unknown']);
  });
});

describe('an identify that carries an address of another region', () => {
  const KNOWN = { 'id:1': 'us', 'email:a@b.c': 'eu' };

  it('is refused where it does not say which of them holds', () => {
    expect(targets([identify('1', { email: 'a@b.c' })], KNOWN)).toEqual(['conflict']);
  });

  it('moves whoever has the address where it says', () => {
    expect(plan([identify('1', { email: 'a@b.c', region: 'US' })], KNOWN)).toMatchObject([
      { workspace: 'us', learned: learned('us', true, 'email:a@b.c'), moves: true },
    ]);
  });
});

describe('an identify of a person of the EU', () => {
  const MOVED = { 'id:1': 'eu', 'email:a@b.c': 'us', 'anonymous_id:x': 'us' };

  it.each([{ email: 'a@b.c' }, { anonymous_id: 'x' }])('brings %j along that was left in the US by a move', (alias) => {
    const [key = ''] = Object.entries(alias).map(([name, value]) => `${name}:${value}`);
    expect(plan([identify('1', alias)], MOVED)).toMatchObject([
      { kind: 'to', workspace: 'eu', learned: learned('eu', true, key), moves: false },
    ]);
  });

  it('brings an alias along for what comes later in the call, and before it nothing changes', () => {
    const byEmail = { ...track('1'), identifiers: { email: 'a@b.c' } } as Operation;
    expect(targets([byEmail, identify('1', { email: 'a@b.c' }), byEmail], MOVED)).toEqual(['us', 'eu', 'eu']);
  });

  it('gives an alias of which nothing is known only where nobody else knows of it', () => {
    const [one] = plan([identify('1', { email: 'a@b.c', anonymous_id: 'new' })], MOVED);
    expect(one).toMatchObject({
      learned: new Map([...learned('eu', true, 'email:a@b.c'), ...learned('eu', false, 'anonymous_id:new')]),
    });
  });

  it('takes the browser of a person of the US along, who is refused with it from then on', () => {
    const known = { 'id:1': 'eu', 'id:2': 'us', 'anonymous_id:x': 'us' };
    const [first, second] = [identify('1', { anonymous_id: 'x' }), identify('2', { anonymous_id: 'x' })];
    expect(targets([first, second, track('2')], known)).toEqual(['eu', 'conflict', 'us']);
  });

  it('is refused with an alias of another workspace where its own is not one of the EU', () => {
    const elsewhere = { ...RULE, map: { EU: 'us-2', US: 'us' } };
    expect(targets([identify('1', { email: 'a@b.c' })], { ...MOVED, 'id:1': 'us-2' }, elsewhere)).toEqual(['conflict']);
  });
});

it('identifiers that are joined later in a call count for what stands before', () => {
  const anonymous = { type: 'person', action: 'event', identifiers: { anonymous_id: 'x' }, name: 'e' } as const;
  const joins = identify('1', { anonymous_id: 'x' });
  expect(targets([anonymous, joins], { 'id:1': 'eu' })).toEqual(['eu', 'eu']);
  expect(targets([identify('1', { region: 'EU' }), anonymous, joins])).toEqual(['eu', 'eu', 'eu']);
  expect(targets([anonymous, joins, identify('1', { region: 'EU' })])).toEqual(['eu', 'eu', 'eu']);
});

describe('a form', () => {
  const form = (data: Record<string, string>): Operation => ({
    type: 'form',
    action: 'submit',
    identifiers: { form_id: 'f' },
    data: { email: 'a@b.c', ...data },
  });

  it('says where its person is as an identify does', () => {
    expect(plan([form({ region: 'EU', phone: '+49301' })])).toMatchObject([
      {
        workspace: 'eu',
        learned: learned('eu', true, 'email:a@b.c', 'phone:+49301'),
      },
    ]);
    expect(targets([form({})], { 'email:a@b.c': 'eu' })).toEqual(['eu']);
  });
});

it('a metric of a delivery goes where its recipient is, and one without asks nobody', () => {
  const metric = { type: 'delivery', action: 'metric', identifiers: { id: 'd' }, name: 'opened' } as const;
  expect(targets([{ ...metric, recipient: 'A@b.c' }, metric], { 'email:a@b.c': 'eu' })).toEqual(['eu', 'us']);
  expect(regionSubjects(metric, 'region').persons).toEqual([]);
});
