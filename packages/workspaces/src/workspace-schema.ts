import { isWorkspaceName, MAX_LANES, trackOrigin } from '@cio-fleet/contracts';
import { z } from 'zod';
import { WORKSPACE_DEFAULTS } from './workspace.ts';

const text = z.string('expected text').trim().min(1, 'expected text that is not empty');

/** A positive number; also as text, since values may come from the environment. */
function count(max: number, { whole }: { whole: boolean }) {
  const message = `expected a ${whole ? 'whole ' : ''}number from 1 to ${max}`;
  const number = z.coerce.number(message).min(1, message).max(max, message);
  return whole ? number.int(message) : number;
}

const OBJECT = 'expected an object';

const gatewayKeyOutline = z.strictObject(
  {
    source: text,
    siteId: text.exactOptional(),
    apiKey: text.exactOptional(),
    writeKey: text.exactOptional(),
    workspace: text.exactOptional(),
    maxRequestsPerSecond: count(100_000, { whole: false }).exactOptional(),
  },
  OBJECT,
);

const gatewayKey = gatewayKeyOutline.refine(
  (key) => key.writeKey !== undefined || (key.siteId !== undefined && key.apiKey !== undefined),
  'expected a writeKey, or siteId and apiKey',
);

const RULE = 'expected { trait, map, otherwise } or { module }';

const regionRule = z.union(
  [
    z.strictObject({
      trait: text,
      map: z
        .record(z.string(), text, 'expected an object of values and workspaces')
        .refine((map) => Object.keys(map).length > 0, 'expected at least one value'),
      otherwise: text,
    }),
    z.strictObject({ module: text }),
  ],
  RULE,
);

/** An address that webhooks may be sent to. fetch refuses credentials in one, and a fragment never travels. */
export function isForwardUrl(value: string): boolean {
  const url = URL.parse(value);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) return false;
  return url.username === '' && url.password === '' && url.hash === '';
}

/** One workspace, as in the workspaces file. Every message is free of the value: values may be secret. */
export const workspaceSchema = z.strictObject(
  {
    name: text.refine(isWorkspaceName, 'expected 1 to 40 characters of a-z, 0-9 and -'),
    siteId: text,
    apiKey: text,
    region: z
      .string('expected us or eu')
      .toLowerCase()
      .pipe(z.enum(['us', 'eu'], 'expected us or eu'))
      .default(WORKSPACE_DEFAULTS.region),
    trackUrl: text
      .transform((value, context) => {
        const origin = trackOrigin(value);
        if (origin !== undefined) return origin;
        context.addIssue({ code: 'custom', message: 'expected an origin such as https://track.customer.io' });
        return z.NEVER;
      })
      .exactOptional(),
    maxRequestsPerSecond: count(100_000, { whole: false }).default(WORKSPACE_DEFAULTS.maxRequestsPerSecond),
    lanes: count(MAX_LANES, { whole: true }).default(WORKSPACE_DEFAULTS.lanes),
    webhookSigningKey: text.exactOptional(),
    webhookForwardUrl: text
      .refine(isForwardUrl, 'expected an http or https address without credentials')
      .exactOptional(),
    gatewayKeys: z.array(gatewayKey, 'expected a list').default([]),
    regions: regionRule.exactOptional(),
  },
  OBJECT,
);

/** What a dashboard or a command needs of a workspace: credentials may be absent. */
export const outlineSchema = workspaceSchema.extend({
  siteId: text.exactOptional(),
  apiKey: text.exactOptional(),
  gatewayKeys: z.array(gatewayKeyOutline, 'expected a list').default([]),
});

export type WorkspaceInput = Partial<Record<keyof z.input<typeof workspaceSchema>, unknown>>;
