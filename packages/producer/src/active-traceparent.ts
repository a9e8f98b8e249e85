/** Where every copy of `@opentelemetry/api` 1.x of a process finds what an SDK has registered. */
const REGISTRY = Symbol.for('opentelemetry.js.api.1');

/** The part of it that we use; each is missing until an SDK is registered. */
interface Registered {
  readonly context?: { active(): unknown };
  readonly propagation?: { inject(context: unknown, carrier: Carrier, setter: typeof SETTER): void };
}

type Carrier = Record<string, string>;

const SETTER = {
  set(carrier: Carrier, key: string, value: string): void {
    carrier[key] = value;
  },
} as const;

/**
 * The active span as a W3C traceparent, as the host's OpenTelemetry SDK would send it along with a request; undefined without an
 * SDK, a span, or W3C propagation. Read through the registry, so that hosts without OpenTelemetry don't have to install it.
 *
 * @see https://opentelemetry.io/docs/specs/otel/context/api-propagators/
 */
export function activeTraceparent(): string | undefined {
  const { context, propagation } = (globalThis as { readonly [REGISTRY]?: Registered })[REGISTRY] ?? {};
  if (context === undefined || propagation === undefined) return undefined;
  const carrier: Carrier = {};
  propagation.inject(context.active(), carrier, SETTER);
  return carrier.traceparent;
}
