import { onTestFinished } from 'vitest';
import { createSimulator, type Simulator, type SimulatorOptions } from '../src/index.ts';

/** What came back from a call. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON, undefined where it is none. */
  readonly json: unknown;
}

/** A simulator that listens on a free port, and ends with the test. */
export interface RunningSimulator {
  readonly simulator: Simulator;
  readonly url: string;
  readonly port: number;
  /** A Track call with the demo's credentials; `line` is such as `PUT /api/v1/customers/42`. */
  call(line: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  /** A call of v2's batch endpoint. */
  batch(...operations: readonly unknown[]): Promise<Reply>;
}

export const AUTHORIZATION = `Basic ${Buffer.from('demo-site:demo-key').toString('base64')}`;

export async function runningSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const simulator = createSimulator(options);
  onTestFinished(() => simulator.stop());
  const { url, port } = await simulator.start();
  const call: RunningSimulator['call'] = async (line, body, headers = {}) => {
    const [method = 'GET', path = '/'] = line.split(' ');
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: AUTHORIZATION, ...headers },
      signal: AbortSignal.timeout(10_000),
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  };
  return { simulator, url, port, call, batch: (...operations) => call('POST /api/v2/batch', { batch: operations }) };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // some answers are no JSON, which is what their tests look at
  }
}
