import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { machineNowMs } from '../clock.ts';
import { eventOf } from '../load.ts';
import { serveRole } from '../serve-role.ts';

/** What to send, where to, and how fast. */
export interface UdpLoad {
  readonly port: number;
  readonly datagrams: number;
  readonly perSecond: number;
}

/** What was sent, and the rate that came of it. */
export interface UdpSent {
  readonly datagrams: number;
  readonly perSecond: number;
}

/** Sends datagrams of one operation each at an even pace: as many each millisecond as are due by then. */
async function send({ port, datagrams, perSecond }: UdpLoad): Promise<UdpSent> {
  const socket = createSocket('udp4');
  // Connected, each datagram leaves at once; otherwise the address is looked up first, every time.
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const texts = Array.from({ length: 1_000 }, (_, n) => {
    const { person, name, data } = eventOf(n);
    return Buffer.from(
      JSON.stringify({ type: 'person', action: 'event', identifiers: { id: person }, name, attributes: data }),
    );
  });
  const startedAtMs = machineNowMs();
  let sent = 0;
  let underWay = 0;
  const onSent = () => {
    underWay -= 1;
  };
  while (sent < datagrams) {
    const due = Math.min(datagrams, Math.floor(((machineNowMs() - startedAtMs) / 1_000) * perSecond));
    for (; sent < due; sent += 1) {
      underWay += 1;
      socket.send(texts[sent % texts.length] ?? '', onSent);
    }
    await delay(1);
  }
  const seconds = (machineNowMs() - startedAtMs) / 1_000;
  while (underWay > 0) await delay(1);
  socket.close();
  return { datagrams, perSecond: Math.round(datagrams / seconds) };
}

serveRole({ send });
