/** What is counted of a key or an address. */
export const COUNTED = ['requests', 'operations', 'refused', 'limited', 'unauthorised'] as const;

export type Counted = (typeof COUNTED)[number];

/** - `requests`, `operations`: what it sent · `refused`: operations that can't be · `limited`: turned away with 429 · `unauthorised`: wrong credentials */
export type SubjectCounts = Readonly<Record<Counted, number>>;

/** `key:<key id>` or `address:<address>`. */
export type Subject = `key:${string}` | `address:${string}`;

export const NOTHING: SubjectCounts = { requests: 0, operations: 0, refused: 0, limited: 0, unauthorised: 0 };

export function addCounts(left: SubjectCounts, right: SubjectCounts): SubjectCounts {
  return {
    requests: left.requests + right.requests,
    operations: left.operations + right.operations,
    refused: left.refused + right.refused,
    limited: left.limited + right.limited,
    unauthorised: left.unauthorised + right.unauthorised,
  };
}
