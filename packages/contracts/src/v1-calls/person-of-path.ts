const EMAIL_LIKE = /^[^\s@]+@[^\s@]+$/;
const CIO_PREFIX = 'cio_';

/** The one identifier that a v1 path names. It may still be refused, an empty one for instance. */
export type PathIdentifiers = { readonly id: string } | { readonly email: string } | { readonly cio_id: string };

/**
 * The person that a v1 path means: Customer.io tells the kind of identifier by its shape, and the same person must be meant
 * here. A phone number can't be told from an id there.
 *
 * @param identifier the path's segment, decoded
 * @see https://docs.customer.io/integrations/api/track/#operation/identify (path parameter `identifier`)
 */
export function personOfPath(identifier: string | number): PathIdentifiers {
  const text = String(identifier);
  if (text.startsWith(CIO_PREFIX)) return { cio_id: text.slice(CIO_PREFIX.length) };
  return EMAIL_LIKE.test(text) ? { email: text } : { id: text };
}
