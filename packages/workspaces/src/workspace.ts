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
  /** Sends to this workspace instead of the one that has the key. @defaultValue the one that has it */
  readonly workspace?: string;
  /** Requests per second that the gateway takes with this key. @defaultValue `GATEWAY_RATE_PER_KEY` */
  readonly maxRequestsPerSecond?: number;
}

/** A person's operations go where a trait of that person says. */
export interface TraitRule {
  /** Name of the attribute, as it comes in an identify. */
  readonly trait: string;
  /** Value of the trait -> workspace. */
  readonly map: Readonly<Record<string, string>>;
  /** Where operations go as long as the region isn't known: a workspace, or `refuse`. */
  readonly otherwise: string;
}

/** A function of the operator's own decides. */
export interface ModuleRule {
  /** Absolute path of a module whose default export is `(operation, caller) => workspace name | undefined`. */
  readonly module: string;
}

/** How the gateway chooses among workspaces (one for each region). */
export type RegionRule = TraitRule | ModuleRule;

/** In place of a workspace: nothing is taken before the region is known. */
export const REFUSE_UNKNOWN_REGION = 'refuse';

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
  /** Where the gateway forwards reporting webhooks to. @defaultValue `GATEWAY_WEBHOOK_FORWARD_URL`, else nowhere */
  readonly webhookForwardUrl?: string;
  /** Empty: the gateway accepts the workspace's own site id and key. */
  readonly gatewayKeys: readonly GatewayKey[];
  /** Where the gateway sends operations that come to this workspace. Absent: here. */
  readonly regions?: RegionRule;
}

/** What may be shown of a workspace: no credentials. */
export type WorkspaceOutline = Pick<Workspace, 'name' | 'region' | 'lanes' | 'maxRequestsPerSecond'>;

export const WORKSPACE_DEFAULTS = {
  name: 'default',
  region: 'us',
  maxRequestsPerSecond: 100,
  lanes: 8,
} as const satisfies Partial<Workspace>;
