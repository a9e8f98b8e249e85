import { expect, it } from 'vitest';
import { auditedFilter } from './audited-filter.ts';

it('says in the audit log that a person was meant, and not who', () => {
  const filter = { reason: 'REJECTED', person: 'email:ada@example.com', since: 5 };
  expect(auditedFilter(filter)).toBe('{"reason":"REJECTED","person":"(a person)","since":5}');
});

it('keeps a filter that names nobody as it is', () => {
  expect(auditedFilter({})).toBe('{}');
});
