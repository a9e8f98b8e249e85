import { expect, it } from 'vitest';
import { personKeys } from './person-key.ts';

it.each([
  ['42', ['id:42']],
  ['Ada@Example.com', ['email:ada@example.com', 'id:Ada@Example.com']],
  ['email:Ada@Example.com', ['email:ada@example.com']],
  ['+4912', ['phone:+4912', 'id:+4912']],
  ['cio_id:a', ['cio_id:a']],
])('takes %s, as somebody types it, for %j', (text, keys) => {
  expect(personKeys(text)).toEqual(keys);
});
