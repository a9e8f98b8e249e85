import { crc32 } from 'node:zlib';

/**
 * Shares lanes among workers by rendezvous hashing: a join or a leave moves about 1/n of the lanes, and all workers come to
 * the same answer from the same list. No worker gets more than ceil(lanes / workers).
 *
 * Assignment is for balance only. Two workers that disagree for a moment are harmless: BullMQ's global concurrency of 1 and
 * the lock keep a lane's order.
 */
export function assignLanes(lanes: number, workers: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const assigned = new Map<string, number[]>(workers.map((worker) => [worker, []]));
  if (workers.length === 0) return assigned;
  const most = Math.ceil(lanes / workers.length);
  const candidates: { readonly lane: number; readonly worker: string; readonly weight: number }[] = [];
  for (let lane = 0; lane < lanes; lane += 1) {
    for (const worker of workers) candidates.push({ lane, worker, weight: weightOf(`lane-${lane}`, worker) });
  }
  candidates.sort((a, b) => b.weight - a.weight || a.lane - b.lane || (a.worker < b.worker ? -1 : 1));
  const taken = new Set<number>();
  for (const { lane, worker } of candidates) {
    const own = assigned.get(worker);
    if (own === undefined || own.length >= most || taken.has(lane)) continue;
    taken.add(lane);
    own.push(lane);
  }
  for (const own of assigned.values()) own.sort((a, b) => a - b);
  return assigned;
}

/** The worker that takes a queue of which there is one, such as fallback. */
export function assignOne(queue: string, workers: readonly string[]): string | undefined {
  return [...workers].sort((a, b) => weightOf(queue, b) - weightOf(queue, a) || (a < b ? -1 : 1))[0];
}

function weightOf(queue: string, worker: string): number {
  // crc32 alone is linear: similar names would win and lose together. Mixing spreads them.
  let hash = crc32(`${worker}\u0000${queue}`);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
