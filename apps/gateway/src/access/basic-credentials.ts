/** What an `Authorization: Basic` header carries. */
export interface BasicCredentials {
  readonly user: string;
  readonly password: string;
}

/** Longer headers carry no credentials of ours, and needn't be decoded to know it. */
const MAX_HEADER_LENGTH = 2_048;

const BASIC = /^Basic +([A-Za-z0-9+/_-]+={0,2}) *$/i;

/** Reads the header; undefined where it isn't there or isn't Basic. The first colon ends the user. */
export function readBasicCredentials(header: string | undefined): BasicCredentials | undefined {
  if (header === undefined || header.length > MAX_HEADER_LENGTH) return undefined;
  const encoded = BASIC.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}
