import {
  createUlidFactory,
  ENQUEUE_LUA,
  ERASURE_TTL_SECONDS,
  JOB_FORMAT_VERSION,
  LANE_JOB_OPTIONS,
  laneKeyOf,
  laneOf,
  laneQueueName,
  newUlid,
  queueKeyPrefix,
  SEQUENCE_TTL_SECONDS,
  sequenceKey,
  track,
  validateOperation,
  verbOf,
  workspaceKeys,
} from '@cio-fleet/contracts';
import { Redis } from 'ioredis';
import type { LoadEvent } from '../load.ts';
import { LANES, SERVICES } from '../plan.ts';
import { serveSender } from '../serve-sender.ts';

const JOB_OPTIONS = JSON.stringify(LANE_JOB_OPTIONS);

/** One job per operation, by the script that the producer uses: what many services make that each send now and then. */
serveSender(async ({ redisUrl, target }) => {
  const services = await Promise.all(Array.from({ length: SERVICES }, () => connectService(redisUrl, target)));
  return {
    enqueue: async (event) => {
      await services[event.data.n % SERVICES]?.enqueue(event);
    },
    close: async () => {
      await Promise.all(services.map(({ redis }) => redis.quit()));
    },
  };
});

/** With a connection and a run of its own, as a producer has. */
async function connectService(redisUrl: string, workspace: string) {
  const redis = new Redis(redisUrl);
  const sha = String(await redis.script('LOAD', ENQUEUE_LUA));
  const keys = workspaceKeys(workspace);
  const run = newUlid();
  const mintUlid = createUlidFactory();
  const lanes = Array.from({ length: LANES }, (_, lane) => {
    const name = laneQueueName(workspace, lane);
    const prefix = queueKeyPrefix(workspace, name);
    const sequence = sequenceKey(workspace, lane, run);
    return { name, keys: [prefix, keys.lanes, keys.ledger, keys.waiting, keys.erasures, sequence], writes: 0 };
  });
  return {
    redis,
    async enqueue({ person, name, data }: LoadEvent): Promise<void> {
      const validation = validateOperation(track(person, name, data));
      if (!validation.ok) throw new Error(validation.refusal.message);
      const { operation, json } = validation;
      const lane = lanes[laneOf(laneKeyOf(operation), LANES)];
      if (lane === undefined) throw new Error(`expected a lane below ${LANES}`);
      lane.writes += 1;
      const at = Date.now();
      const job = `{"v":${JOB_FORMAT_VERSION},"operations":[{"id":"${mintUlid(at)}","at":${at},"op":${json}}]}`;
      const verb = verbOf(operation);
      const args = [lane.name, LANES, lane.writes, SEQUENCE_TTL_SECONDS, mintUlid(at), verb, job, JOB_OPTIONS, 1];
      const reply = await redis.evalsha(sha, lane.keys.length, ...lane.keys, ...args, ERASURE_TTL_SECONDS);
      const [word] = reply as readonly string[];
      if (word !== 'ok') throw new Error(`expected ok from the enqueue script, got ${word}`);
    },
  };
}
