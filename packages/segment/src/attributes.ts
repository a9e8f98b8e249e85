import { isNever, isObject, withUnixDates } from './dates.ts';
import { firstGiven, type Members, type Message, members } from './message.ts';

/** Traits that have a meaning of their own and are no attributes. */
const TRAITS_APART = ['createdAt', 'created_at', 'objectTypeId', 'object_type_id', 'relationshipAttributes'];

/** What is known of a person. RudderStack's SDKs also, and sometimes only, put it into the context. */
export function personTraits({ traits, context }: Message): unknown {
  return traits ?? firstGiven(context.traits) ?? {};
}

/**
 * The attributes of a person: the traits with dates as unix seconds, `createdAt` as `created_at`, and the `anonymousId`, by which
 * Customer.io adds what was anonymous so far. Traits that are no object stay what they are, to be refused.
 */
export function personAttributes(message: Message): unknown {
  const source = personTraits(message);
  if (!isObject(source)) return source;
  const { anonymousId } = message;
  return {
    ...ownAttributes(source),
    ...(anonymousId === undefined ? {} : { anonymous_id: anonymousId }),
  };
}

/** The attributes of an object: the traits of its group message, and those that stand in `objectAttributes`. */
export function objectAttributes({ traits }: Message): unknown {
  if (!isObject(traits)) return traits;
  const { objectAttributes: apart, ...others } = traits;
  if (!isObject(apart)) return ownAttributes(apart === undefined ? others : traits);
  return { ...ownAttributes(others), ...ownAttributes(apart) };
}

/** The attributes of the relationship between person and object, which stand among the traits. */
export function relationshipAttributes(traits: unknown): unknown {
  return withUnixDates(firstGiven(members(traits).relationshipAttributes));
}

/** The data of an event. */
export function eventData({ properties }: Message): unknown {
  return withUnixDates(properties);
}

/** The data of a page or screen view: name and category, too, which Customer.io has no other place for. */
export function viewData({ properties, name, category }: Message): unknown {
  if (properties !== undefined && !isObject(properties)) return properties;
  const apart = { ...(name === undefined ? {} : { name }), ...(category === undefined ? {} : { category }) };
  return { ...apart, ...members(withUnixDates(properties)) };
}

function ownAttributes(traits: Members): Members {
  const given = firstGiven(traits.created_at, traits.createdAt);
  const createdAt = isNever(given) ? undefined : given;
  const others = Object.fromEntries(Object.entries(traits).filter(([name]) => !TRAITS_APART.includes(name)));
  return members(withUnixDates(createdAt === undefined ? others : { ...others, created_at: createdAt }));
}
