import { isJsonObject } from '../json.ts';
import { invalid, type Problem, required } from '../problem.ts';
import { validateAttributes } from './attributes.ts';
import { validateTimestamp } from './event.ts';

const PLATFORMS = new Set<unknown>(['ios', 'android']);

/** `device.token` always; `device.platform` and the rest where a device is added. */
export function validateDevice(device: unknown, action: 'add_device' | 'delete_device'): Problem | undefined {
  if (!isJsonObject(device)) return required('device', 'device must be present and a hash');
  if (device.token === undefined) return required('device.token', 'device token must be present');
  if (typeof device.token !== 'string' || device.token === '') {
    return invalid('device.token', 'device token must be a non-empty string');
  }
  if (action === 'delete_device') return undefined;
  if (device.platform === undefined) return required('device.platform', 'device platform must be present');
  if (!PLATFORMS.has(device.platform)) return invalid('device.platform', 'device platform must be ios or android');
  return (
    validateTimestamp(device.last_used, 'device.last_used') ??
    validateAttributes(device.attributes, 'device.attributes')
  );
}
