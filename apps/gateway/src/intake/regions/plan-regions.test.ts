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
  return planRegions(rule, subjects, new Map(Object.entries(known)));
}
const targets = (...args: Parameters<typeof plan>) =>
  plan(...args).map((one) => (one.kind === 'to' ? one.workspace : one.kind));

describe('an identify with the trait', () => {
  it('goes where the trait says, and teaches every identifier that it carries', () => {
    const [one] = plan([identify('1', { region: 'EU', email: 'Ada@Example.com', anonymous_id: 'x' })]);
    expect(one).toEqual({
      kind: 'to',
      workspace: 'eu',
      learned: new Map([
        ['id:1', 'eu'],
        ['email:ada@example.com', 'eu'],
        ['anonymous_id:x', 'eu'],
      ]),
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
      { workspace: 'eu', learned: new Map([['id:1', 'eu']]) },
    ]);
  });
});

describe('an operation on several persons', () => {
  it('goes where one of them is known to be, and teaches the other', () => {
    expect(plan([merge('1', '2')], { 'id:2': 'eu' })).toMatchObject([
      { workspace: 'eu', learned: new Map([['id:1', 'eu']]) },
    ]);
  });

  it('is refused where they are of two regions', () => {
    expect(targets([merge('1', '2')], { 'id:1': 'us', 'id:2': 'eu' })).toEqual(['conflict']);
  });

  it('is refused where an object would take a person of another region along', () => {
    const object: Operation = {
      type: 'object',
      action: 'identify',
      identifiers: { object_type_id: '1', object_id: 'acme' },
      attributes: { region: 'US' },
      cio_relationships: [{ identifiers: { id: '1' } }],
    };
    expect(targets([object], { 'id:1': 'eu' })).toEqual(['conflict']);
    expect(targets([object], {})).toEqual(['us']);
  });
});
