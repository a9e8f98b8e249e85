import { objectOf, oneOperation, refusedBody, type V1Call } from './v1-call.ts';

/** `POST /forms/{form_id}/submit`, body `{data:{email | id, field: text, …}}`. Customer.io answers 204. */
export function v1SubmitForm(formId: string | number, body: unknown): V1Call {
  const { data } = objectOf(body) ?? {};
  if (data === undefined || data === null) return refusedBody(data, ['data']);
  return oneOperation({ type: 'form', action: 'submit', identifiers: { form_id: String(formId) }, data });
}
