import { isExcluded } from './exclusion.ts';
import type { MappingRow } from './mapping-row.ts';
import { DEVICE_ROWS } from './rows/device-rows.ts';
import { EVENT_ROWS } from './rows/event-rows.ts';
import { GROUP_ROWS } from './rows/group-rows.ts';
import { PERSON_ROWS } from './rows/person-rows.ts';
import { SEMANTIC_ROWS } from './rows/semantic-rows.ts';

/** Messages that their sender keeps from Customer.io. */
const EXCLUDED: MappingRow = {
  name: 'excluded',
  takes: 'any message whose `integrations` switch Customer.io off, or `All` without switching it on',
  gives: 'nothing: the sender wants it so',
  fits: isExcluded,
  map: () => [],
};

/**
 * How Segment's messages become operations of Customer.io: the one table of it, in the order in which rows are asked. Semantic events
 * come before the events that they are by their form.
 */
export const MAPPING_TABLE: readonly MappingRow[] = [
  EXCLUDED,
  ...SEMANTIC_ROWS,
  ...DEVICE_ROWS,
  ...EVENT_ROWS,
  ...PERSON_ROWS,
  ...GROUP_ROWS,
];
