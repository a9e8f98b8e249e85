/** Why an operation is refused; the shape of one entry of a v2 answer's `errors`. */
export interface Problem {
  /** `required`, `invalid` or `too_large`. */
  readonly reason: 'required' | 'invalid' | 'too_large';
  /** Path of the bad field, such as `attributes.plan`. */
  readonly field: string;
  /** Customer.io's own words where they are documented. */
  readonly message: string;
}

export const required = (field: string, message: string): Problem => ({ reason: 'required', field, message });
export const invalid = (field: string, message: string): Problem => ({ reason: 'invalid', field, message });
export const tooLarge = (field: string, message: string): Problem => ({ reason: 'too_large', field, message });
