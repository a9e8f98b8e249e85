import { type FullRedisOptions, fillRedis, problemsOfFullRedis } from '../../scenarios/full-redis.ts';
import type { Drill } from './drill.ts';

export const MILLION_DRILL: Drill = {
  name: 'million',
  description:
    'Customer.io down while 1,000,000 operations are accepted by 4 producers with spools, Redis limited to 256 MB',
  async run(seed, say) {
    const options: FullRedisOptions = {
      ...{ seed, operations: 1_000_000, producers: 4, maxMemoryBytes: 256 * 1024 * 1024, fillerBytes: 300 },
      ...{ requestsPerSecond: 100, timeoutMs: 1_200_000, say },
    };
    const result = await fillRedis(options);
    return { result, problems: problemsOfFullRedis(result, options) };
  },
};
