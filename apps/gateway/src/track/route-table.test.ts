import { describe, expect, it } from 'vitest';
import { createRouteTable, decodeParts } from './route-table.ts';

const find = createRouteTable([
  { method: 'PUT', path: '/people/*' },
  { method: 'DELETE', path: '/people/*' },
  { method: 'POST', path: '/people/*/events' },
  { method: 'DELETE', path: '/people/*/devices/*' },
]);
const found = (path: string) => {
  const match = find(path);
  return match && { methods: match.routes.map(({ method }) => method), parameters: match.parameters };
};

describe('a path', () => {
  it('leads to all its methods, with the variable parts as they came', () => {
    expect(found('/people/a%2Fb')).toEqual({ methods: ['PUT', 'DELETE'], parameters: ['a%2Fb'] });
    expect(found('/people/1/devices/t')).toEqual({ methods: ['DELETE'], parameters: ['1', 't'] });
  });

  it('has a star for what it is: a part like any other', () => {
    expect(found('/people/*')?.parameters).toEqual(['*']);
    expect(found('/*/1')).toBeUndefined();
  });

  it('may end with a slash too many, but not with two', () => {
    expect(found('/people/1/events/')?.methods).toEqual(['POST']);
    expect(found('/people/1/')?.parameters).toEqual(['1']);
    expect(found('/people/1//')).toBeUndefined();
  });

  it('has an empty part where nothing stands', () => {
    expect(found('/people/')?.parameters).toEqual(['']);
    expect(found('/people//events')?.parameters).toEqual(['']);
    expect(found('/people/1/devices/')?.parameters).toEqual(['1', '']);
  });

  it.each(['/', '', '/people', '/people/1/other', '/PEOPLE/1'])('%j leads nowhere', (path) => {
    expect(found(path)).toBeUndefined();
  });
});

it('decodes parts, or tells that they are broken', () => {
  expect(decodeParts(['a%2Fb', 'J%C3%BC'])).toEqual(['a/b', 'Jü']);
  expect(decodeParts(['%E0%A4%A'])).toBeUndefined();
});
