/** Customer.io's data centres. A workspace lives in exactly one. */
export type Region = 'us' | 'eu';

/** Credentials by which one sending service is known at the gateway. */
export interface GatewayKey {
  /** Name of the service, as it appears in the journal. */
  readonly source: string;
  readonly siteId?: string;
  readonly apiKey?: string;
  /** Segment-style write key. */
  readonly writeKey?: string;
}

/** One Customer.io workspace that the fleet delivers to. */
export interface Workspace {
  /** `[a-z0-9-]{1,40}`; part of every queue name and Redis key. */
  readonly name: string;
  readonly siteId: string;
  /** The Track API key. */
  readonly apiKey: string;
  /** @defaultValue `us` */
  readonly region: Region;
  /** Origin that replaces Customer.io's, such as `http://127.0.0.1:8090`, without `/api/v1`. Absent: the region's own. */
  readonly trackUrl?: string;
  /**
   * Request budget of the whole fleet, in requests per second. Customer.io sends no rate headers; 100 is what it has long
   * called fair use, and a batch counts once.
   * @defaultValue 100
   */
  readonly maxRequestsPerSecond: number;
  /** Lanes that the first process of the workspace creates; later ones adopt the number in Redis. @defaultValue 8 */
  readonly lanes: number;
  /** Verifies reporting webhooks. Absent: the gateway has no webhook endpoint for this workspace. */
  readonly webhookSigningKey?: string;
  /** Empty: the gateway accepts the workspace's own site id and key. */
  readonly gatewayKeys: readonly GatewayKey[];
}

/** What may be shown of a workspace: no credentials. */
export type WorkspaceOutline = Pick<Workspace, 'name' | 'region' | 'lanes' | 'maxRequestsPerSecond'>;

export const WORKSPACE_DEFAULTS = {
  name: 'default',
  region: 'us',
  maxRequestsPerSecond: 100,
  lanes: 8,
} as const satisfies Partial<Workspace>;
