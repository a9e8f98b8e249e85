import type { QueuedOperation } from '@cio-fleet/contracts';
import { brakeOn } from '../../src/brakes/brake-set.ts';
import type { Begin, Finish, FinishReply, LaneStore, Lease, Push } from '../../src/lane-store.ts';
import { outletOf, shelfOf } from '../../src/parking.ts';
import { parkedAddresses } from '../../src/queue-address.ts';
import type { Consumer } from './consumer.ts';
import { checkAccounts } from './invariants.ts';
import type { ModelJob } from './model-redis.ts';
import { WORKSPACE } from './world.ts';

/** The scripts of one queue on the model's Redis, each call of which may be late, lost, or run twice. */
export function createModelStore(consumer: Consumer, queueName: string): LaneStore {
  const { world, actor } = consumer;
  const { redis, mutation } = world;

  /** ioredis sends a command again whose answer was lost: then it has run twice. */
  async function call<Reply>(script: () => Reply): Promise<Reply> {
    await actor.pause();
    if (world.trouble(0.01)) throw new Error('Redis went away before the script ran.');
    const reply = script();
    if (world.trouble(0.07)) {
      await actor.pause();
      return script();
    }
    if (world.trouble(0.01)) throw new Error('Redis went away before it answered.');
    return reply;
  }

  function lockedJob({ jobId, token }: Lease): ModelJob | undefined {
    if (mutation === 'ignores-the-lock') return redis.queue(queueName).jobs.get(jobId);
    return redis.locked(queueName, jobId, token);
  }

  /** The lease still holds, and Redis still knows the begin that its run read by. */
  function isCurrent(lease: Lease): boolean {
    const job = lockedJob(lease);
    const knowsBegin = lease.nonce === undefined || job?.nonce === lease.nonce || mutation === 'ignores-the-nonce';
    return job !== undefined && knowsBegin;
  }

  function begin(lease: Lease, nonce: string, laneKeys: readonly string[]): Begin | 'stale' {
    const job = lockedJob(lease);
    if (job === undefined || job.nonce === nonce) return 'stale';
    redis.update(queueName, lease.jobId, { nonce });
    const { held, erasures, erasuresVersion, brakesVersion, parked, shelf } = redis.state;
    const personsIn = (side: number) => new Set(laneKeys.filter((laneKey) => parked.has(`${side}:${laneKey}`)));
    const { turn, sinceMs } = shelf;
    const isNewConsumer = redis.state.consumers.get(queueName) !== consumer;
    redis.state.consumers.set(queueName, consumer);
    return {
      isNewConsumer,
      brakesVersion,
      parking: { turn, sinceMs, onShelf: personsIn(shelfOf(turn)), inOutlet: personsIn(outletOf(turn)) },
      held: new Set(laneKeys.filter((laneKey) => held.has(laneKey))),
      erasures: new Map([...erasures].filter(([laneKey]) => laneKeys.includes(laneKey))),
      erasuresVersion: String(erasuresVersion),
      waitingBytes: redis.queue(queueName).wait.length,
    };
  }

  /** What `finish` finds wrong before it writes anything. */
  function refuse(lease: Lease, finish: Finish): FinishReply | undefined {
    const job = lockedJob(lease);
    if (job === undefined) return 'stale';
    if (job.isSettled && mutation !== 'settles-twice') return 'done';
    const trusting = mutation === 'ignores-the-nonce';
    if (finish.nonce !== undefined && job.nonce !== finish.nonce && !trusting) return 'changed';
    const isOldTurn = finish.turn !== undefined && finish.turn !== redis.state.shelf.turn;
    if (isOldTurn && mutation !== 'parks-by-an-old-turn') return 'changed';
    const next = redis.queue(queueName).wait.slice(0, finish.followers.length);
    return finish.followers.every(({ id }, index) => next[index] === id) ? undefined : 'changed';
  }

  function settle(lease: Lease, finish: Finish, pushes: readonly Push[]): void {
    const { state } = redis;
    const queue = redis.queue(queueName);
    const head = queue.jobs.get(lease.jobId);
    const followers = queue.wait.splice(0, finish.followers.length).flatMap((id) => queue.jobs.get(id) ?? []);
    for (const { id } of followers) queue.jobs.delete(id);
    const moved = new Set<string>();
    for (const push of pushes) {
      const operations = pushJob(push);
      for (const { id } of operations) (push.to.role === 'dead-letter' ? world.condemned : moved).add(id);
    }
    if (queue.address.role !== 'dead-letter') {
      const left = [...(head?.operations ?? []), ...followers.flatMap(({ operations }) => operations)];
      for (const { id, redrives = 0 } of left) {
        if (moved.has(id)) continue;
        discard(id, finish, [...(head?.operations ?? []), ...followers.flatMap(({ operations }) => operations)]);
        const key = `${id}#${redrives}`;
        if (state.settled.has(key)) world.violation(`SETTLED TWICE ${key}`);
        state.settled.add(key);
      }
    }
    add(state.ledger, finish.ledger);
    add(state.deadLetterReasons, finish.deadLetterReasons);
    redis.update(queueName, lease.jobId, { isSettled: true, progress: finish.progress });
  }

  function pushJob(push: Push): readonly QueuedOperation[] {
    const data = JSON.parse(push.data) as { operations: readonly QueuedOperation[] };
    redis.add(push.to.name, { id: push.id, data, operations: data.operations });
    return data.operations;
  }

  /** An operation that was discarded may come back with a Redis that has lost the brake: then it is late by nature. */
  function discard(id: string, { ledger }: Finish, operations: readonly QueuedOperation[]): void {
    const operation = operations.find((one) => one.id === id);
    if (operation === undefined || (ledger.get('discarded') ?? 0) === 0) return;
    const brake = brakeOn(operation, { version: '', brakes: consumer.brakesOfRun }, world.now());
    if (brake?.kind === 'discard') world.discarded.add(id);
  }

  /** The sides of parked change places. */
  function sweep(): number {
    const { state } = redis;
    const { turn, swept } = state.shelf;
    if (swept === state.brakesVersion) return turn;
    const outlet = redis.queue(parkedAddresses(WORKSPACE)[outletOf(turn)].name);
    const isEmpty = outlet.wait.length === 0 && outlet.active === undefined;
    if (!isEmpty && mutation !== 'turns-with-a-full-outlet') return turn;
    state.shelf = { turn: turn + 1, sinceMs: world.now(), swept: state.brakesVersion };
    world.turns += 1;
    world.say(`the sides of parked change places: turn ${turn + 1}`);
    return turn + 1;
  }

  function changeHolds(finish: Finish): void {
    const { held, parked } = redis.state;
    if (mutation === 'holds-only-for-delivered' && finish.deadLetterReasons.size > 0) return;
    add(held, finish.held);
    for (const [laneKey, count] of held) if (count <= 0) held.delete(laneKey);
    for (const side of [0, 1] as const) {
      const deltas = [...(finish.parked?.[side] ?? [])].map(
        ([laneKey, delta]) => [`${side}:${laneKey}`, delta] as const,
      );
      add(parked, new Map(deltas));
    }
    for (const [field, count] of parked) if (count <= 0) parked.delete(field);
  }

  function runFinish(lease: Lease, finish: Finish, pushes: readonly Push[]): FinishReply {
    const refused = refuse(lease, finish);
    world.say(`${lease.token} finish ${queueName}#${lease.jobId}: ${refused ?? 'ok'}`);
    if (refused !== undefined) return refused;
    settle(lease, finish, pushes);
    if (mutation === 'holds-in-a-second-step') return 'ok';
    changeHolds(finish);
    world.courier.confirm(lease.token);
    checkAccounts(world);
    return 'ok';
  }

  return {
    async peek(head, most) {
      await actor.pause();
      const { wait, jobs } = redis.queue(queueName);
      const count = Math.min(most.jobs, world.random.below(5));
      const followers = wait.slice(0, count).flatMap((id) => jobs.get(id) ?? []);
      return {
        headOperations: jobs.get(head)?.operations.length,
        followers: followers.map(({ id, data }) => ({ id, data: JSON.stringify(data) })),
      };
    },
    begin: (lease, nonce, laneKeys) => call(() => begin(lease, nonce, laneKeys)),
    guard: (lease) =>
      call(() => {
        if (!isCurrent(lease)) return 'stale';
        const { erasures, erasuresVersion, brakes, brakesVersion } = redis.state;
        consumer.erasuresAtGuard = erasures;
        consumer.brakesAtGuard = brakes;
        return {
          erasuresVersion: mutation === 'ignores-new-erasures' ? '0' : String(erasuresVersion),
          brakesVersion: mutation === 'ignores-new-brakes' ? '0' : brakesVersion,
        };
      }),
    erasures: (laneKeys) =>
      call(() => {
        // What was erased in between may have been taken back with a Redis that came back older.
        consumer.erasuresAtGuard = redis.state.erasures;
        return new Map([...redis.state.erasures].filter(([laneKey]) => laneKeys.includes(laneKey)));
      }),
    note: (lease, progress) =>
      call(() => {
        if (!isCurrent(lease) || lockedJob(lease)?.isSettled) return 'stale';
        for (const [id, settlement] of Object.entries(progress.settled ?? {})) {
          if (typeof settlement === 'string') continue;
          ('brake' in settlement ? world.discarded : world.condemned).add(id);
        }
        redis.update(queueName, lease.jobId, { progress });
        return 'ok';
      }),
    sweep: () => call(sweep),
    async finish(lease, finish) {
      let { pushes } = finish;
      if (mutation === 'dead-letter-first') {
        const early = pushes.filter(({ to }) => to.role === 'dead-letter');
        pushes = pushes.filter(({ to }) => to.role !== 'dead-letter');
        if (early.length > 0) await call(() => early.map(pushJob));
      }
      if (mutation === 'plain-redrive' && queueName.endsWith('dead-letter')) {
        await call(() => {
          for (const push of pushes) pushJob(push);
          add(redis.state.ledger, finish.ledger);
        });
        consumer.lastReply = 'ok';
        return 'ok';
      }
      const reply = await call(() => runFinish(lease, finish, pushes));
      if (mutation === 'holds-in-a-second-step' && reply === 'ok') {
        await call(() => changeHolds(finish));
      }
      consumer.lastReply = reply;
      consumer.lastFinishMoved = pushes.length > 0;
      return reply;
    },
  };
}

function add<Key>(counts: Map<Key, number>, changes: ReadonlyMap<Key, number>): void {
  for (const [key, delta] of changes) counts.set(key, (counts.get(key) ?? 0) + delta);
}
