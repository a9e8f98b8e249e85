import { batchMessages, type RequestMessages, singleMessage } from '@cio-fleet/segment';

/** Reads the messages of a request's body. */
export type ReadMessages = (body: unknown) => RequestMessages;

/** The calls by all names that SDKs have for them: browsers and phones use the short ones. */
const TYPES: Readonly<Record<string, readonly string[]>> = {
  identify: ['identify', 'i'],
  track: ['track', 't'],
  page: ['page', 'p'],
  screen: ['screen', 's'],
  group: ['group', 'g'],
  alias: ['alias', 'a'],
};
const BATCHES = ['batch', 'b', 'import'];

const PREFIX = '/v1/';

const CALLS: ReadonlyMap<string, ReadMessages> = new Map<string, ReadMessages>([
  ...Object.entries(TYPES).flatMap(([type, names]) =>
    names.map((name): [string, ReadMessages] => [name, (body) => singleMessage(body, type)]),
  ),
  ...BATCHES.map((name): [string, ReadMessages] => [name, batchMessages]),
]);

/** Every path of the dialect. */
export const SEGMENT_PATHS: readonly string[] = [...CALLS.keys()].map((name) => `${PREFIX}${name}`);

/** Whether a path is of this dialect at all. */
export function isSegmentPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** The call at a path, with or without a slash at its end; undefined where there is none. */
export function segmentCallOf(path: string): ReadMessages | undefined {
  return CALLS.get(path.slice(PREFIX.length).replace(/\/$/, ''));
}
