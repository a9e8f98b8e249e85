import type { Redis } from 'ioredis';
import type { RoleProcess } from './role-process.ts';
import type { ProcessUsage } from './serve-role.ts';

/** Reads what a process has used up. */
export type Meter = () => Promise<ProcessUsage>;

export function roleMeter(role: RoleProcess): Meter {
  return () => role.call<ProcessUsage>('usage');
}

/** An app tells it by its metrics, on whatever operating system. */
export function workerMeter(port: number): Meter {
  return async () => {
    const response = await fetch(`http://127.0.0.1:${port}/metrics`);
    const text = await response.text();
    return {
      cpuSeconds: metricOf(text, 'cio_fleet_process_cpu_seconds_total'),
      residentBytes: metricOf(text, 'cio_fleet_process_resident_memory_bytes'),
    };
  };
}

/** @throws Error when the text has no such metric */
export function metricOf(text: string, name: string): number {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1];
  if (value === undefined) throw new Error(`expected the metric ${name}, found none`);
  return Number(value);
}

/** CPU seconds that Redis has used, by itself and for its system calls. */
export async function redisCpuSeconds(redis: Redis): Promise<number> {
  const info = await redis.info('cpu');
  return infoField(info, 'used_cpu_user') + infoField(info, 'used_cpu_sys');
}

export async function redisMemoryBytes(redis: Redis): Promise<number> {
  return infoField(await redis.info('memory'), 'used_memory');
}

function infoField(info: string, name: string): number {
  const value = new RegExp(`^${name}:(\\S+)`, 'm').exec(info)?.[1];
  if (value === undefined) throw new Error(`expected ${name} in Redis's INFO, found none`);
  return Number(value);
}
