import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { workspaceKeys } from '@cio-fleet/contracts';
import { type FleetProcess, runFleetProcess, uniqueWorkspace, waitFor } from '@cio-fleet/testkit';
import * as original from 'customerio-node';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { TrackClient } from '../src/customerio-node/index.ts';

const appEntry = (name: string) => fileURLToPath(new URL(`../../../apps/${name}/src/main.ts`, import.meta.url));
const redisUrl = inject('redisUrl');
const workspace = uniqueWorkspace('same-state');
const folder = mkdtempSync(join(tmpdir(), 'cio-same-state-'));
const SECONDS = 1_770_000_000;

let direct: FleetProcess;
let queued: FleetProcess;
let worker: FleetProcess;
let redis: Redis;
let cio: TrackClient;

beforeAll(async () => {
  const simulator = () => runFleetProcess({ entry: appEntry('simulator'), env: { SIMULATOR_PORT: '0' } });
  [direct, queued] = await Promise.all([simulator(), simulator()]);
  const workspaces = workspacesFile(urlOf(queued));
  worker = await runFleetProcess({
    entry: appEntry('worker'),
    env: { WORKER_PORT: '0', REDIS_URL: redisUrl, CIO_FLEET_WORKSPACES: workspaces },
    readyTimeoutMs: 40_000,
  });
  redis = new Redis(redisUrl);
  process.env.REDIS_URL = redisUrl;
  process.env.CIO_FLEET_WORKSPACE = workspace;
  cio = new TrackClient('site', 'key');
});

afterAll(async () => {
  await cio?.close();
  redis?.disconnect();
  await Promise.all([worker?.stop(), direct?.stop(), queued?.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const urlOf = ({ port }: FleetProcess) => `http://127.0.0.1:${port}`;

function workspacesFile(trackUrl: string): string {
  const path = join(folder, 'workspaces.json');
  const account = { name: workspace, siteId: 'demo-site', apiKey: 'demo-key', region: 'us', trackUrl };
  writeFileSync(path, JSON.stringify({ workspaces: [account] }));
  return path;
}

/** Both clients have these methods. */
type Client = Pick<
  original.TrackClient,
  | 'identify'
  | 'track'
  | 'trackAnonymous'
  | 'trackPageView'
  | 'trackPush'
  | 'addDevice'
  | 'deleteDevice'
  | 'suppress'
  | 'unsuppress'
  | 'destroy'
  | 'mergeCustomers'
  | 'batch'
  | 'entity'
  | 'submitForm'
  | 'reportMetric'
  | 'unsubscribe'
  | 'addCustomersToSegment'
  | 'removeCustomersFromSegment'
>;

/** Every method, in phases: between two of them everything has arrived, because order is promised for one person only. */
const PHASES: readonly ((client: Client) => readonly (() => Promise<unknown>)[])[] = [
  (client) => [
    () => client.identify('ada', { email: 'ada@example.com', plan: 'pro', _timestamp: SECONDS }),
    () => client.identify('bob', { plan: 'free', created_at: SECONDS }),
    () => client.identify('old', { city: 'Berlin' }),
    () => client.identify('gone', {}),
    () => client.identify('barred', {}),
    () => client.identify('kit', { cio_relationships: relation('add_relationships') }),
  ],
  (client) => [
    () => client.track('ada', { name: 'Order', data: { total: 9.5 }, timestamp: SECONDS }),
    () => client.trackPageView('ada', 'https://example.com/pricing'),
    () => client.trackAnonymous('anon', { name: 'Viewed', timestamp: SECONDS }),
    () => client.trackAnonymous('', { name: 'Invited', data: { recipient: 'eve@example.com' } }),
    () => client.addDevice('ada', 'tok', 'ios', { last_used: SECONDS, app_version: '2' }),
    () => client.addDevice('ada', 'tok-2', 'android'),
    () => client.deleteDevice('ada', 'tok-2'),
    () => client.identify('kit', { plan: 'x', cio_relationships: relation('delete_relationships') }),
    () => client.suppress('barred'),
    () => client.destroy('gone'),
    () => client.submitForm('signup', { email: 'form@example.com', first_name: 'Eve' }),
    () => client.submitForm('survey', { id: 'ada', answer: 'yes' }),
    () => client.addCustomersToSegment(7, ['ada', 'bob', 'nobody']),
    () => client.addCustomersToSegment(8, ['ada@example.com', 'no address'], original.IdentifierType.Email),
    () => client.reportMetric({ delivery_id: 'D', metric: 'clicked', href: 'https://x.y', timestamp: SECONDS }),
    () => client.trackPush({ delivery_id: 'P', event: 'opened', device_id: 'tok', timestamp: SECONDS }),
    () => client.unsubscribe('U'),
    () => client.batch([{ type: 'person', action: 'identify', identifiers: { id: 'zoe' }, attributes: { n: 1 } }]),
    () => client.entity({ type: 'person', action: 'screen', identifiers: { id: 'bob' }, name: 'Home' }),
  ],
  (client) => [
    () => client.removeCustomersFromSegment(7, ['bob']),
    () => client.mergeCustomers(original.IdentifierType.Id, 'ada', original.IdentifierType.Id, 'old'),
    () => client.unsuppress('barred'),
    () => client.unsubscribe('U', false),
    () => client.identify('eve', { anonymous_id: 'anon' }),
  ],
];

function relation(action: string) {
  return { action, relationships: [{ identifiers: { object_type_id: '1', object_id: 'acme' } }] };
}

it('every method leaves Customer.io in the same state through the queue as directly', async () => {
  const client = new original.TrackClient('demo-site', 'demo-key', { url: `${urlOf(direct)}/api/v1` });
  for (const phase of PHASES) {
    for (const call of phase(client)) await call();
    // customerio-node's types are narrower than ours in places that don't matter here.
    for (const call of phase(cio as unknown as Client)) await call();
    await waitFor(allDelivered, { timeoutMs: 40_000, description: 'everything to be delivered' });
  }
  for (const id of ['ada', 'bob', 'old', 'gone', 'barred', 'kit', 'form@example.com', 'zoe', 'eve', 'nobody']) {
    expect({ [id]: await stateOf(queued, id) }).toEqual({ [id]: await stateOf(direct, id) });
  }
  expect(await reportsIn(queued)).toEqual(await reportsIn(direct));
});

async function allDelivered(): Promise<boolean> {
  const { accepted, delivered } = await redis.hgetall(workspaceKeys(workspace).ledger);
  return accepted !== undefined && accepted === delivered;
}

interface State {
  readonly identifiers: Readonly<Record<string, string>>;
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly segments: readonly string[];
}

/** A person, without what each simulator makes up and the ids and times that the queue adds. */
async function stateOf(simulator: FleetProcess, id: string): Promise<unknown> {
  const answer = await fetch(`${urlOf(simulator)}/_sim/people/${encodeURIComponent(id)}`);
  if (answer.status === 404) return 'nobody';
  const { identifiers, events, segments, ...rest } = (await answer.json()) as State;
  const { cio_id, ...own } = identifiers;
  const told = events.map(({ name, type, attributes }) => JSON.stringify({ name, type, attributes })).toSorted();
  return { identifiers: own, events: told, segments: segments.toSorted(), ...rest };
}

/** What was reported of deliveries, and the events of nobody. */
async function reportsIn(simulator: FleetProcess): Promise<readonly string[]> {
  const answer = await fetch(`${urlOf(simulator)}/_sim/arrivals`);
  const { arrivals } = (await answer.json()) as { arrivals: { operation: Record<string, unknown> }[] };
  const reports = arrivals.filter(({ operation }) => operation.type === 'delivery' || operation.name === 'Invited');
  return reports
    .map(({ operation: { action, identifiers, name, attributes } }) =>
      JSON.stringify({ action, identifiers, name, attributes }),
    )
    .toSorted();
}
