import { expect, it } from 'vitest';
import { callLabels, labelled } from './call-labels.ts';

const caller = { workspace: 'shop', keyId: 'k1' };
const operation = (name: string) => ({ type: 'person', action: 'event', name });
const keysOf = (key: string, ...names: readonly string[]) =>
  labelled(names.map(operation), callLabels(caller, { 'idempotency-key': key })).map((each) => each.idempotencyKey);

it('takes the key of the header as it is for one operation, and adds the position in a batch', () => {
  expect(keysOf('k', 'a')).toEqual(['k']);
  expect(keysOf('k', 'a', 'b')).toEqual(['k:0', 'k:1']);
});

it('takes the word content in a header for a key like any other, not for the content of the operation', () => {
  expect(keysOf('content', 'a')).toEqual(['"content"']);
});
