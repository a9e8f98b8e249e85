import { MAX_DEPTH } from '@cio-fleet/contracts';
import { createBodyReader } from '../http/read-body.ts';
import { type RegionOf, regionAnswer } from './region-answer.ts';
import type { PathPattern } from './route-table.ts';
import { answerV1 } from './serve-v1.ts';
import { answerBatch, answerEntity } from './serve-v2.ts';
import type { ServeDeps } from './serving.ts';
import type { TrackRoute } from './track-route.ts';
import { V1_ENDPOINTS } from './v1-endpoints.ts';

export interface TrackRouteListDeps extends ServeDeps {
  /** The workspaces that there are now. */
  readonly workspaces: () => readonly RegionOf[];
  /** How clients reach the gateway. @defaultValue as each client did */
  readonly publicUrl?: string | undefined;
}

/**
 * Bytes of a body: an entity up to 32 KB, a batch below 500 KB; of v1 no limit is documented, and a thousand ids of a segment
 * are its largest call.
 */
const BODY_BYTES = { entity: 32 * 1024, batch: 499_999, v1: 499_999 } as const;
/** Levels around an operation's values: the body, the batch, the operation, its attributes. */
const LEVELS_AROUND = 8;

const REGION = { method: 'GET', path: '/api/v1/accounts/region' } as const satisfies PathPattern;
const ENTITY = { method: 'POST', path: '/api/v2/entity' } as const satisfies PathPattern;
const BATCH = { method: 'POST', path: '/api/v2/batch' } as const satisfies PathPattern;

/** Every method and path of the Track API that is served. */
export const TRACK_PATHS: readonly PathPattern[] = [
  REGION,
  ...V1_ENDPOINTS.map(({ method, path }) => ({ method, path })),
  ENTITY,
  BATCH,
];

/** The Track API as routes. */
export function trackRouteList(deps: TrackRouteListDeps): readonly TrackRoute[] {
  const reader = (maxBytes: number) =>
    createBodyReader({ maxBytes, maxDepth: MAX_DEPTH + LEVELS_AROUND, gunzip: true });
  const readV1 = reader(BODY_BYTES.v1);
  const closed = { isOpen: false } as const;
  return [
    {
      ...REGION,
      ...closed,
      version: 'v1',
      readBody: undefined,
      answer: ({ request, caller }) => regionAnswer(request, deps.workspaces(), caller.workspace, deps.publicUrl),
    },
    ...V1_ENDPOINTS.map(
      (endpoint): TrackRoute => ({
        method: endpoint.method,
        path: endpoint.path,
        version: 'v1',
        isOpen: endpoint.isOpen ?? false,
        readBody: readV1,
        answer: (request) => answerV1(deps, endpoint, request),
      }),
    ),
    {
      ...ENTITY,
      ...closed,
      version: 'v2',
      readBody: reader(BODY_BYTES.entity),
      answer: (request) => answerEntity(deps, request),
    },
    {
      ...BATCH,
      ...closed,
      version: 'v2',
      readBody: reader(BODY_BYTES.batch),
      answer: (request) => answerBatch(deps, request),
    },
  ];
}
