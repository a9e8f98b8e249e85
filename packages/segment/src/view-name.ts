import { MAX_PAGE_NAME_CHARACTERS } from '@cio-fleet/contracts';
import { firstGiven, type Message, members } from './message.ts';

/**
 * The name of a page view: its address, because Customer.io makes segments of page views by address; without one the page's name,
 * category or path. An address that is too long for a name goes without query and fragment; `url` of the data has all of it.
 */
export function pageName({ properties, context, name, category }: Message): unknown {
  const { url, path, name: ofProperties } = members(properties);
  const address = firstGiven(url, members(context.page).url);
  if (typeof address === 'string' && address.length > MAX_PAGE_NAME_CHARACTERS) return address.replace(/[?#].*$/s, '');
  return firstGiven(address, name, ofProperties, category, path);
}

/** The name of a screen view. RudderStack's older SDKs put it into `event`. */
export function screenName({ properties, name, event, category }: Message): unknown {
  return firstGiven(name, members(properties).name, event, category);
}
