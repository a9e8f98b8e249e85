import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A port that is wanted, and for what. */
export interface WantedPort {
  readonly port: number;
  /** A TCP port may be free where the UDP port of the same number is taken. */
  readonly protocol: 'tcp' | 'udp';
}

const HOST = '127.0.0.1';

/** The wanted port if it is free on 127.0.0.1, else 0: any. */
export async function freeOrAny({ port, protocol }: WantedPort): Promise<number> {
  const probe = protocol === 'tcp' ? createServer() : createSocket('udp4');
  try {
    if ('listen' in probe) probe.listen(port, HOST);
    else probe.bind(port, HOST);
    await once(probe, 'listening');
  } catch {
    return 0; // Why it can't be had makes no difference: any other will do.
  }
  await new Promise<void>((resolve) => {
    probe.close(() => resolve());
  });
  return port;
}

/** Starts something on the ports that are free now; when another process is faster and takes one of them, on any. */
export async function onFreePorts<Started>(
  wanted: readonly WantedPort[],
  start: (ports: readonly number[]) => Promise<Started>,
): Promise<Started> {
  try {
    return await start(await Promise.all(wanted.map(freeOrAny)));
  } catch (error) {
    if (!/EADDRINUSE|Address already in use/i.test(String(error))) throw error;
    return start(wanted.map(() => 0));
  }
}
