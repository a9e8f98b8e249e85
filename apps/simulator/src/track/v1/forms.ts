import { isJsonObject } from '../../json.ts';
import type { Operation } from '../../operation.ts';
import { invalid, required } from '../../problem.ts';
import { validateAttributes } from '../../validate/attributes.ts';
import { validateIdentifiers } from '../../validate/identifiers.ts';
import { type Call, type Reading, reading, refusedReading } from './call.ts';

/** Keys that Customer.io keeps for itself and ignores in submissions. */
const RESERVED = new Set(['form_id', 'form_name', 'form_type', 'form_url', 'form_url_param']);

/** `POST /forms/{form_id}/submit`: a person by e-mail or id, and fields that become attributes. */
export function submitForm({ parameters, body }: Call): Reading {
  const { data } = body;
  if (!isJsonObject(data)) return refusedReading(required('data', 'data must be present and a hash'));
  const fields = Object.entries(data).filter(([name]) => !RESERVED.has(name));
  const notText = fields.find(([, value]) => typeof value !== 'string');
  if (notText !== undefined) {
    return refusedReading(invalid(`data.${notText[0].slice(0, 64)}`, 'form values must be formatted as strings'));
  }
  const isIdentifier = ([name]: readonly [string, unknown]) => name === 'id' || name === 'email';
  const identifiers = Object.fromEntries(fields.filter(isIdentifier));
  const operation: Operation = {
    type: 'person',
    action: 'submit_form',
    id: parameters[0],
    // Fault knobs know a form by its id.
    name: parameters[0],
    identifiers,
    attributes: Object.fromEntries(fields.filter((field) => !isIdentifier(field))),
  };
  return reading(
    operation,
    validateIdentifiers(identifiers, 'data', 'person') ?? validateAttributes(operation.attributes, 'data'),
  );
}
