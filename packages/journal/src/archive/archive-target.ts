import { fileURLToPath } from 'node:url';

/** Where days of the journal go before they are dropped. */
export type ArchiveTarget =
  | { readonly kind: 'folder'; readonly folder: string }
  | {
      readonly kind: 's3';
      readonly bucket: string;
      /** Without slashes around it; may be empty. */
      readonly prefix: string;
      /** @defaultValue as AWS's SDK finds it; `us-east-1` with an endpoint */
      readonly region?: string;
      /** Of a store that is not AWS's; the bucket is then part of the path. */
      readonly endpoint?: string;
    };

/** What `JOURNAL_ARCHIVE` and the variables beside it say. */
export interface ArchiveVariables {
  readonly JOURNAL_ARCHIVE?: string;
  readonly AWS_REGION?: string;
  readonly AWS_ENDPOINT_URL_S3?: string;
}

const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** Undefined for what is neither `file:///folder` nor `s3://bucket/prefix`. */
export function readArchiveTarget(variables: ArchiveVariables): ArchiveTarget | undefined {
  const text = variables.JOURNAL_ARCHIVE ?? '';
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.search !== '' || url.hash !== '' || url.username !== '') return undefined;
  if (/%(?![0-9a-f]{2})|%2f|%00/i.test(url.pathname)) return undefined; // no path that any system has
  if (url.protocol === 'file:') return url.host === '' ? { kind: 'folder', folder: fileURLToPath(url) } : undefined;
  if (url.protocol !== 's3:' || !BUCKET.test(url.host)) return undefined;
  const { AWS_REGION: region, AWS_ENDPOINT_URL_S3: endpoint } = variables;
  return {
    kind: 's3',
    bucket: url.host,
    prefix: decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, ''),
    ...(region ? { region } : {}),
    ...(endpoint ? { endpoint } : {}),
  };
}
