import { type Arrival, createSimulator, type Simulator } from '@cio-fleet/simulator';
import { type EmbeddedRedis, type FleetProcess, startRedis, waitFor } from '@cio-fleet/testkit';
import { startDelivery, startGateway } from '../gateway-process.ts';
import { type MessageBody, postMessage } from './post-message.ts';

/** Gateway, Redis, worker and simulator: what comes in at one end comes out at the other. */
export interface SegmentFleet {
  readonly gateway: FleetProcess;
  /** Where SDKs are pointed. */
  readonly url: string;
  readonly simulator: Simulator;
  readonly redis: EmbeddedRedis;
  post(path: string, body: MessageBody): Promise<Response>;
  /** Waits until as many operations have arrived that `which` is for. */
  arrivals(
    which: (operation: Arrival['operation']) => boolean,
    count: number,
  ): Promise<readonly Arrival['operation'][]>;
  stop(): Promise<void>;
}

/** @param env - of the gateway, beside credentials and Redis */
export async function startSegmentFleet(env: Readonly<Record<string, string>> = {}): Promise<SegmentFleet> {
  const redis = await startRedis({ appendFsync: 'no' });
  const simulator = createSimulator();
  const { url: trackUrl } = await simulator.start();
  const [worker, gateway] = await Promise.all([
    startDelivery(redis.url, trackUrl),
    startGateway({ REDIS_URL: redis.url, GATEWAY_ACCEPT_TIMEOUT_MS: '20000', ...env }),
  ]);
  const url = `http://127.0.0.1:${gateway.port}`;
  return {
    gateway,
    url,
    simulator,
    redis,
    post: (path, body) => postMessage(`${url}${path}`, body),
    arrivals: (which, count) =>
      waitFor(
        () => {
          const found = simulator.arrivals().flatMap(({ operation }) => (which(operation) ? [operation] : []));
          return found.length >= count && found;
        },
        { timeoutMs: 40_000, description: `${count} arrivals` },
      ),
    async stop() {
      await gateway.stop();
      await worker.stop();
      await simulator.stop();
      await redis.stop();
    },
  };
}
