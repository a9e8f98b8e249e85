/** What stands for a person in the audit log. */
const SOMEBODY = '(a person)';

/**
 * A filter of a redrive or a brake as JSON for the audit log, without the person that it names: the log is kept when
 * somebody is forgotten, and outlives what it tells of.
 */
export function auditedFilter(filter: { readonly person?: string }): string {
  return JSON.stringify(filter.person === undefined ? filter : { ...filter, person: SOMEBODY });
}
