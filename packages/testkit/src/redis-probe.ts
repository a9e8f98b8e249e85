import { connect } from 'node:net';

/**
 * Asks the server on a port of 127.0.0.1 which process it is; undefined while it doesn't answer or is still loading its
 * data. Speaks the protocol itself: a client that reconnects would hide exactly what is asked here.
 */
export function probeRedisPid(port: number, timeoutMs = 1_000): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    let answer = '';
    const settle = (pid: number | undefined) => {
      socket.destroy();
      resolve(pid);
    };
    socket.setTimeout(timeoutMs, () => settle(undefined));
    socket.on('error', () => settle(undefined));
    socket.on('close', () => settle(undefined));
    // INFO answers even while the data is loading; PING answers -LOADING then, so both are asked.
    socket.on('connect', () => socket.write('PING\r\nINFO server\r\n'));
    socket.on('data', (chunk) => {
      answer += chunk.toString('latin1');
      if (answer.startsWith('-')) settle(undefined);
      const pid = /process_id:(\d+)\r\n/.exec(answer)?.[1];
      if (pid) settle(Number(pid));
    });
  });
}
