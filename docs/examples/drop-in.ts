import { TrackClient } from '@cio-fleet/producer/customerio-node'; // was: 'customerio-node'

const cio = new TrackClient('site-id', 'api-key'); // ignored with one warning: the workers hold the credentials

await cio.identify('43', { email: 'grace@example.com' });
await cio.track('43', { name: 'Signed Up', data: { plan: 'free' } });
