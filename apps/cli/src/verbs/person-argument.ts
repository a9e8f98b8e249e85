/** Kinds of identifiers that a person's text may begin with. */
const KINDS = ['id', 'email', 'phone', 'cio_id'] as const;

const WITH_KIND = new RegExp(`^(${KINDS.join('|')}):(.*)$`, 's');

/**
 * A person as text names them: `42`, `email:ada@example.com`, `phone:+15551234567`, `cio_id:a3000001`. Anything without
 * such a beginning is an id; `id:email:x` is the id `email:x`. What isn't text is left for the validation.
 */
export function personOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const [, kind, rest] = WITH_KIND.exec(value) ?? [];
  return kind === undefined ? value : { [kind]: rest };
}

/** An object as text names it, `<type number>:<id>` such as `1:acme`; `undefined` where the text doesn't. */
export function objectOf(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  const colonAt = value.indexOf(':');
  return colonAt <= 0 ? undefined : { typeId: value.slice(0, colonAt), id: value.slice(colonAt + 1) };
}
