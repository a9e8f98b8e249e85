import type { AddDeviceOperation, DeleteDeviceOperation, DevicePlatform } from '../operation.ts';
import { toUnixSeconds } from '../timestamp.ts';
import { copyAttributes, DEVICE_RULES } from './attributes.ts';
import { requireDeviceToken } from './device-token.ts';
import { refuseUnknownMember, requirePlainObject } from './plain-members.ts';
import { Refused, refuse } from './refuse.ts';
import { memberNames, pathTo, spendBytes, type ValidationContext } from './validation-context.ts';

const STEP = 'device';
const MEMBERS = ['token', 'platform', 'last_used', 'attributes'] as const;
/** The device to add. @throws {Refused} */
export function addedDevice(context: ValidationContext, value: unknown): AddDeviceOperation['device'] {
  const members = readDevice(context, value);
  context.path.push(STEP);
  const token = requireDeviceToken(context, members.token, 'token');
  const device = { token, platform: requirePlatform(context, members.platform) };
  const lastUsed = lastUsedSeconds(context, members.last_used);
  const attributes = copyAttributes(context, members.attributes, 'attributes', DEVICE_RULES);
  context.path.pop();
  return {
    ...device,
    ...(lastUsed === undefined ? {} : { last_used: lastUsed }),
    ...(attributes === undefined ? {} : { attributes }),
  };
}

/** The device to delete: its token; a platform is passed on. @throws {Refused} */
export function deletedDevice(context: ValidationContext, value: unknown): DeleteDeviceOperation['device'] {
  const members = readDevice(context, value);
  context.path.push(STEP);
  const token = requireDeviceToken(context, members.token, 'token');
  const platform = members.platform === undefined ? undefined : requirePlatform(context, members.platform);
  context.path.pop();
  return platform === undefined ? { token } : { token, platform };
}

function readDevice(
  context: ValidationContext,
  value: unknown,
): Readonly<Partial<Record<(typeof MEMBERS)[number], unknown>>> {
  const object = requirePlainObject(context, value, STEP);
  const members: Partial<Record<(typeof MEMBERS)[number], unknown>> = {};
  for (const name of memberNames(context, object)) {
    const known = MEMBERS.find((member) => member === name);
    if (known !== undefined) {
      members[known] = object[name];
    } else if (object[name] !== undefined) {
      context.path.push(STEP);
      refuseUnknownMember(context, name, MEMBERS);
    }
  }
  return members;
}

function requirePlatform(context: ValidationContext, platform: unknown): DevicePlatform {
  if (platform === 'ios' || platform === 'android') return platform;
  const code = platform === undefined ? 'FIELD_MISSING' : 'DEVICE_PLATFORM_UNKNOWN';
  refuse(code, { path: pathTo(context, 'platform'), expected: 'ios or android', received: platform });
}

function lastUsedSeconds(context: ValidationContext, lastUsed: unknown): number | undefined {
  if (lastUsed === undefined) return undefined;
  const time = toUnixSeconds(lastUsed, pathTo(context, 'last_used'), context.nowMs);
  if (!time.ok) throw new Refused(time.refusal);
  spendBytes(context, 10, lastUsed);
  return time.seconds;
}
