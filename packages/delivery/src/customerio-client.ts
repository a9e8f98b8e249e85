import { CustomerIORequestError, RegionEU, RegionUS, TrackClient } from 'customerio-node';
import { Agent, DecoratorHandler, Dispatcher } from 'undici';
import type { Answer } from './answer.ts';
import { aborted, failureOf, timeout } from './request-failure.ts';
import { readRetryAfter } from './retry-after.ts';
import { createScrub } from './scrub.ts';
import type { TrackBatchClient } from './track-batch-client.ts';
import { trackCall } from './track-call.ts';
import { normalizeTrackUrl } from './track-url.ts';

export interface CustomerioClientOptions {
  readonly siteId: string;
  /** The Track API key. It appears in no answer and no error of this client. */
  readonly apiKey: string;
  /** @see https://docs.customer.io/accounts-and-workspaces/data-centers/ */
  readonly region: 'us' | 'eu';
  /** Another host than the region's: an origin; see `normalizeTrackUrl`. */
  readonly trackUrl?: string;
  /** From the start of a request to the end of its answer, in ms. Keep it at most a third of the lanes' lock. */
  readonly requestTimeoutMs: number;
  /** Sockets to Customer.io. A request beyond them waits for one, within its time-out. @defaultValue 32 */
  readonly connections?: number;
  /** Precedes the SDK's own User-Agent. */
  readonly userAgent?: string;
}

export interface CustomerioClient extends TrackBatchClient {
  /** Asks Customer.io for the workspace's region: 200 when the credentials are right, 401 when they aren't. */
  checkCredentials(signal?: AbortSignal): Promise<Answer>;
  /** Closes the sockets; requests in flight end first. */
  close(): Promise<void>;
}

const defaults = { connections: 32 } as const;
/** Idle sockets are closed before load balancers do it, so that a request rarely meets a dying one. */
const KEEP_ALIVE_MS = 15_000;
/** The SDK's own deadline, a backstop behind ours. */
const BACKSTOP_MS = 1_000;
const UNPARSED_BODY = '\nBody:\n ';

/**
 * Customer.io's own client on connections of ours. Its retries are off: retries have one owner, and it isn't this.
 *
 * The SDK takes no signal and hides statuses (207 resolves like 200, HTML errors lose theirs, redirects are followed), so each
 * request gets an SDK client of its own, a few small objects, whose dispatcher watches that request.
 */
export function createCustomerioClient(options: CustomerioClientOptions): CustomerioClient {
  const { siteId, apiKey, requestTimeoutMs, userAgent, connections } = { ...defaults, ...options };
  const scrub = createScrub([apiKey, Buffer.from(`${siteId}:${apiKey}`).toString('base64')]);
  const region = options.region === 'eu' ? RegionEU : RegionUS;
  const url = options.trackUrl === undefined ? region.trackUrl : normalizeTrackUrl(options.trackUrl);
  const agent = new Agent({
    connections,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connect: { timeout: requestTimeoutMs },
    headersTimeout: requestTimeoutMs + BACKSTOP_MS,
    bodyTimeout: requestTimeoutMs + BACKSTOP_MS,
  });

  async function ask(request: (client: TrackClient) => Promise<unknown>, signal?: AbortSignal): Promise<Answer> {
    if (signal?.aborted) return aborted();
    const watcher = new RequestWatcher(agent, userAgent);
    const client = new TrackClient(siteId, apiKey, {
      region,
      url,
      timeout: requestTimeoutMs + BACKSTOP_MS,
      retry: { maxRetries: 0 },
      // `fetch`'s types know only the dispatcher of Node's own undici.
      ...({ dispatcher: watcher } as object),
    });
    const { promise: ended, resolve: end } = Promise.withResolvers<Answer>();
    const give = (answer: Answer) => {
      end(answer);
      watcher.abort();
    };
    const timer = setTimeout(() => give(timeout(`expected an answer within ${requestTimeoutMs} ms`)), requestTimeoutMs);
    const onAbort = () => give(aborted());
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      // Whoever settles first; aborting the socket makes sure that the other one does soon.
      return await Promise.race([answerOf(request(client), watcher), ended]);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  async function answerOf(asked: Promise<unknown>, watcher: RequestWatcher): Promise<Answer> {
    try {
      const body = await asked;
      // An accepted batch's `{}` costs nothing to scrub; errors quote what was sent.
      return response(watcher.status ?? 200, parseJson(scrub(JSON.stringify(body))), watcher);
    } catch (error) {
      if (error instanceof CustomerIORequestError) {
        return response(error.statusCode, parseJson(scrub(error.body)), watcher);
      }
      const { status } = watcher;
      if (status !== undefined && watcher.isRedirect) {
        return response(status, scrub(`redirected to ${watcher.header('location') ?? 'nowhere'}`), watcher);
      }
      // The SDK insists on JSON, and tells of the rest only in a message.
      const message = error instanceof Error ? error.message : '';
      const bodyAt = message.indexOf(UNPARSED_BODY);
      if (status !== undefined && bodyAt >= 0) {
        return response(status, scrub(message.slice(bodyAt + UNPARSED_BODY.length)), watcher);
      }
      const failure = failureOf(error);
      return { ...failure, message: scrub(failure.message) };
    }
  }

  function response(status: number, body: unknown, watcher: RequestWatcher): Answer {
    const retryAfterMs = readRetryAfter(watcher.header('retry-after'), Date.now());
    return { kind: 'response', status, body, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }

  return {
    send: (operations, signal) => ask((client) => trackCall(client, operations), signal),
    checkCredentials: (signal) => ask((client) => client.getAccountRegion(), signal),
    close: () => agent.close(),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Kept as text: `classify` judges by the status, and quotes it.
    return text;
  }
}

/** Dispatches one request through the shared agent; knows its status and headers, and can abort it. */
class RequestWatcher extends Dispatcher {
  status: number | undefined;
  readonly #agent: Agent;
  readonly #userAgent: string | undefined;
  #headers: ResponseHeaders = {};
  #controller: Dispatcher.DispatchController | undefined;
  #isAborted = false;

  constructor(agent: Agent, userAgent: string | undefined) {
    super();
    this.#agent = agent;
    this.#userAgent = userAgent;
  }

  get isRedirect(): boolean {
    return this.status !== undefined && this.status >= 300 && this.status < 400;
  }

  header(name: string): string | undefined {
    const value = this.#headers[name];
    return Array.isArray(value) ? value[0] : value;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort(new Error('aborted'));
  }

  started(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isAborted) this.abort();
  }

  answered(status: number, headers: ResponseHeaders): void {
    this.status = status;
    this.#headers = headers;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return this.#agent.dispatch(this.#named(options), new WatchedHandler(handler, this));
  }

  /** The SDK sets its own User-Agent over any other, so ours goes in here. */
  #named(options: Dispatcher.DispatchOptions): Dispatcher.DispatchOptions {
    const { headers } = options;
    if (this.#userAgent === undefined || !isHeaderRecord(headers)) return options;
    const own = Object.entries(headers).find(([name]) => name.toLowerCase() === 'user-agent');
    const [name, sdk] = own ?? ['User-Agent', ''];
    return { ...options, headers: { ...headers, [name]: `${this.#userAgent} ${sdk}`.trim() } };
  }
}

function isHeaderRecord(headers: unknown): headers is Record<string, string> {
  return typeof headers === 'object' && headers !== null && !Array.isArray(headers) && !(Symbol.iterator in headers);
}

type ResponseHeaders = Record<string, string | string[] | undefined>;

/** What undici's types leave out of its own decorator, which also understands the older handlers of Node's `fetch`. */
interface RequestHandler {
  onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void;
  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
    message?: string,
  ): void;
}

const HandlerDecorator = DecoratorHandler as new (handler: Dispatcher.DispatchHandler) => RequestHandler;

class WatchedHandler extends HandlerDecorator {
  readonly #watcher: RequestWatcher;

  constructor(handler: Dispatcher.DispatchHandler, watcher: RequestWatcher) {
    super(handler);
    this.#watcher = watcher;
  }

  override onRequestStart(controller: Dispatcher.DispatchController, context: unknown): void {
    this.#watcher.started(controller);
    super.onRequestStart(controller, context);
  }

  override onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: ResponseHeaders,
    message?: string,
  ): void {
    // Early hints and the like: the answer is still to come.
    if (status < 200) return;
    this.#watcher.answered(status, headers);
    // Followed, the operations and, within *.customer.io, the credentials would go to a host that nobody configured.
    if (this.#watcher.isRedirect) controller.abort(new Error('redirected'));
    else super.onResponseStart(controller, status, headers, message);
  }
}
