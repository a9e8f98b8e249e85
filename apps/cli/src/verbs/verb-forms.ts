import {
  type AttributesInput,
  addDevice,
  type DraftOptions,
  deleteDevice,
  deleteObject,
  deletePerson,
  identify,
  identifyObject,
  merge,
  type ObjectInput,
  type OperationDraft,
  type PersonInput,
  page,
  relate,
  screen,
  suppress,
  track,
  trackAnonymous,
  unrelate,
  unsuppress,
} from '@cio-fleet/contracts';

/** What a verb is called with, as far as it uses it. */
export interface VerbArguments {
  readonly subject: unknown;
  readonly second: unknown;
  readonly data: AttributesInput | undefined;
  readonly options: DraftOptions;
}

/** How one verb is called from the command line and in an import's short form. */
export interface VerbForm {
  /** What the first argument is. */
  readonly subject: 'person' | 'object' | 'anonymous id';
  /** What the second argument is, where there is one. */
  readonly second?: 'event name' | 'url' | 'screen name' | 'person' | 'object' | 'device token';
  /** Whether `data` may be given. */
  readonly takesData: boolean;
  /** Whether the operation has a time of its own. */
  readonly isTimed: boolean;
  build(input: VerbArguments): OperationDraft;
}

// The builders take what the producer's callers pass; what can't be right is refused by the validation.
const person = (value: unknown) => value as PersonInput;
const object = (value: unknown) => value as ObjectInput;
const text = (value: unknown) => value as string;

const plain = { takesData: false, isTimed: false } as const;
const event = { takesData: true, isTimed: true } as const;

/** Every verb of the producer. */
export const VERB_FORMS = {
  identify: {
    subject: 'person',
    ...event,
    build: ({ subject, data, options }) => identify(person(subject), data, options),
  },
  track: {
    subject: 'person',
    second: 'event name',
    ...event,
    build: ({ subject, second, data, options }) => track(person(subject), text(second), data, options),
  },
  page: {
    subject: 'person',
    second: 'url',
    ...event,
    build: ({ subject, second, data, options }) => page(person(subject), text(second), data, options),
  },
  screen: {
    subject: 'person',
    second: 'screen name',
    ...event,
    build: ({ subject, second, data, options }) => screen(person(subject), text(second), data, options),
  },
  trackAnonymous: {
    subject: 'anonymous id',
    second: 'event name',
    ...event,
    build: ({ subject, second, data, options }) => trackAnonymous(text(subject), text(second), data, options),
  },
  suppress: { subject: 'person', ...plain, build: ({ subject }) => suppress(person(subject)) },
  unsuppress: { subject: 'person', ...plain, build: ({ subject }) => unsuppress(person(subject)) },
  delete: { subject: 'person', ...plain, build: ({ subject }) => deletePerson(person(subject)) },
  merge: {
    subject: 'person',
    second: 'person',
    ...plain,
    build: ({ subject, second }) => merge(person(subject), person(second)),
  },
  addDevice: {
    subject: 'person',
    second: 'device token',
    takesData: true,
    isTimed: false,
    build: ({ subject, second, data }) =>
      addDevice(person(subject), { ...(data as object), token: text(second) } as Parameters<typeof addDevice>[1]),
  },
  deleteDevice: {
    subject: 'person',
    second: 'device token',
    ...plain,
    build: ({ subject, second }) => deleteDevice(person(subject), text(second)),
  },
  relate: {
    subject: 'person',
    second: 'object',
    takesData: true,
    isTimed: false,
    build: ({ subject, second, data }) => relate(person(subject), object(second), data),
  },
  unrelate: {
    subject: 'person',
    second: 'object',
    ...plain,
    build: ({ subject, second }) => unrelate(person(subject), object(second)),
  },
  identifyObject: {
    subject: 'object',
    takesData: true,
    isTimed: false,
    build: ({ subject, data }) => identifyObject(object(subject), data),
  },
  deleteObject: { subject: 'object', ...plain, build: ({ subject }) => deleteObject(object(subject)) },
} as const satisfies Readonly<Record<string, VerbForm>>;

export type SendVerb = keyof typeof VERB_FORMS;

/** The names of the verbs that can be sent. */
export const SEND_VERBS = Object.keys(VERB_FORMS) as readonly SendVerb[];

/** The verb that `name` means: `addDevice`, or as shells like it `add-device`. */
export function verbFormOf(name: unknown): VerbForm | undefined {
  if (typeof name !== 'string') return undefined;
  const camel = name.replace(/-([a-z])/g, (_match, letter: string) => letter.toUpperCase());
  return Object.hasOwn(VERB_FORMS, camel) ? VERB_FORMS[camel as SendVerb] : undefined;
}
