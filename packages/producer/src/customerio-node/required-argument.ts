/** A required argument is missing. Thrown synchronously, as customerio-node does, though the methods return promises. */
export class MissingParamError extends Error {
  constructor(param: string) {
    super(`${param} is required`);
    this.name = 'MissingParamError';
  }
}

/** What customerio-node takes for missing: null, undefined, blank text, and whatever is neither text nor a finite number. */
function isMissing(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === '';
  return !Number.isFinite(value);
}

/** @throws MissingParamError when `value` is missing */
export function requireArgument(name: string, value: unknown): void {
  if (isMissing(value)) throw new MissingParamError(name);
}

/** Whether an argument that may be missing is there. */
export function isGiven(value: unknown): boolean {
  return !isMissing(value);
}

/** @throws MissingParamError when `value` isn't a list with something in it */
export function requireList(name: string, value: unknown): void {
  if (!Array.isArray(value) || value.length === 0) throw new MissingParamError(name);
}

/** @throws MissingParamError when `value` isn't an object with something in it */
export function requireContent(name: string, value: unknown): void {
  const hasContent = typeof value === 'object' && value !== null && Object.keys(value).length > 0;
  if (!hasContent) throw new MissingParamError(name);
}
