import { problemsOfRedisDown, type RedisDownOptions, redisDown } from '../../scenarios/redis-down.ts';
import { type Drill, playVariants, type Variant } from './drill.ts';

export const REDIS_DOWN_DRILL: Drill = {
  name: 'redis-down',
  description: 'Redis down at boot and for 60 s under 2,000 calls/s: with a spool, with it and a kill -9, without one',
  run(seed, say) {
    const variant = (name: string, options: Pick<RedisDownOptions, 'hasSpool' | 'isKilled'>): Variant => ({
      name,
      async run() {
        const full: RedisDownOptions = { seed, seconds: 60, perSecond: 2000, ...options };
        const result = await redisDown(full);
        return { result, problems: problemsOfRedisDown(result, full) };
      },
    });
    return playVariants(
      [
        variant('spool', { hasSpool: true }),
        variant('spool, kill -9 in the middle', { hasSpool: true, isKilled: true }),
        variant('no spool', { hasSpool: false }),
      ],
      say,
    );
  },
};
