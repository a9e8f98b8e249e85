import { withUnixDates } from './dates.ts';
import { firstGiven, type Members, type Message, members } from './message.ts';

/** The token of the device: from the context, else from the properties, where Customer.io's own example has it. */
export function deviceToken(message: Message): unknown {
  return firstGiven(members(message.context.device).token, members(members(message.properties).device).token);
}

/** The device of a message. Its attributes are the properties that are text, numbers or truth values: it keeps no others. */
export function deviceOf(message: Message): Members {
  const { device: ofProperties, ...properties } = members(message.properties);
  const platform = firstGiven(members(message.context.device).type, members(ofProperties).type);
  const version = firstGiven(members(message.context.app).version);
  const attributes = Object.entries(members(withUnixDates(properties))).filter(([, value]) => isPlain(value));
  if (isPlain(version)) attributes.push(['app_version', version]);
  return {
    token: deviceToken(message),
    platform: typeof platform === 'string' ? platform.toLowerCase() : platform,
    last_used: message.timestamp,
    attributes: Object.fromEntries(attributes),
  };
}

function isPlain(value: unknown): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
