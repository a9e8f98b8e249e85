import type { AttributesInput, OperationDraft, TimestampInput } from '@cio-fleet/contracts';
import { objectOf, personOf } from './person-argument.ts';
import { SEND_VERBS, type VerbForm, verbFormOf } from './verb-forms.ts';

/** A verb with its arguments, as the command line or a line of an import gives them. Nothing is checked yet. */
export interface VerbCall {
  readonly verb: unknown;
  /** The person, object or anonymous id. */
  readonly person: unknown;
  /** The event's name, URL, screen, other person, object or token, as the verb needs it. */
  readonly name?: unknown;
  readonly data?: unknown;
  readonly timestamp?: unknown;
}

/** What is wrong with a call, in the words of a refusal. */
export interface CallProblem {
  readonly code: string;
  readonly path: string;
  readonly expected: string;
  readonly received: string;
}

export type DraftResult =
  | { readonly ok: true; readonly draft: OperationDraft }
  | { readonly ok: false; readonly problem: CallProblem };

/** Turns a call into an operation in v2's shape. Only what the call itself has wrong is told here. */
export function draftOperation(call: VerbCall): DraftResult {
  const form = verbFormOf(call.verb);
  if (form === undefined) return problem('verb', `one of ${SEND_VERBS.join(', ')}`, call.verb);
  const subject = resolve(form.subject, call.person);
  if (subject === undefined) return problem('person', expectationOf(form.subject), call.person);
  const second = secondOf(form, call.name);
  if (!second.ok) return second;
  if (!form.takesData && call.data !== undefined) return problem('data', `no data for ${String(call.verb)}`, call.data);
  if (call.data !== undefined && !isRecord(call.data)) return problem('data', 'a JSON object', call.data);
  if (!form.isTimed && call.timestamp !== undefined) {
    return problem('timestamp', `no timestamp for ${String(call.verb)}`, call.timestamp);
  }
  const draft = form.build({
    subject,
    second: second.value,
    data: call.data as AttributesInput | undefined,
    options: { timestamp: call.timestamp as TimestampInput | undefined },
  });
  return { ok: true, draft };
}

type Second = { readonly ok: true; readonly value: unknown } | Extract<DraftResult, { ok: false }>;

function secondOf(form: VerbForm, value: unknown): Second {
  if (form.second === undefined) {
    return value === undefined ? { ok: true, value } : problem('name', 'nothing more than the subject', value);
  }
  const resolved = resolve(form.second, value);
  return resolved === undefined ? problem('name', expectationOf(form.second), value) : { ok: true, value: resolved };
}

function resolve(what: VerbForm['subject'] | NonNullable<VerbForm['second']>, value: unknown): unknown {
  if (what === 'person') return personOf(value);
  if (what === 'object') return objectOf(value);
  return value;
}

function expectationOf(what: string): string {
  if (what === 'person') return 'a person such as 42 or email:ada@example.com';
  if (what === 'object') return 'an object as <type>:<id>, such as 1:acme';
  return `text: ${what === 'event name' ? 'an event name' : `a ${what}`}`;
}

function isRecord(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function problem(path: string, expected: string, received: unknown): Extract<DraftResult, { ok: false }> {
  return { ok: false, problem: { code: 'CALL_INVALID', path, expected, received: describe(received) } };
}

/** Its type and size, not the value: it may be personal. */
function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return `text of ${value.length} characters`;
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`;
}
