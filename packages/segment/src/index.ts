export { DEFAULT_MESSAGE_ID_WINDOW_MS, type MappedMessage, type MappedOperation, mapMessage } from './map-message.ts';
export type { MappingRow } from './mapping-row.ts';
export { MAPPING_TABLE } from './mapping-table.ts';
export type { MessageContext } from './message.ts';
export { type MessageRefusal, TOO_LARGE } from './refusal.ts';
export {
  batchMessages,
  MAX_MESSAGE_BYTES,
  MAX_REQUEST_BYTES,
  type RequestMessages,
  singleMessage,
} from './request.ts';
