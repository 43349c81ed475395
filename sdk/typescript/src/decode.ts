/**
 * decodeFrame: the text of one WebSocket message to an `Incoming`, or undefined for what this
 * client cannot use.
 *
 * Total: never throws, whatever the text. A frame of an unknown type is ignored (undefined),
 * because a later server may send it. An event that cannot be read becomes an `UnreadableEvent`,
 * because leaving it out would look like a gap.
 */

import { type ChatEvent, essentialFields, isEventType, type JsonObject } from './events.js';
import type { ControlFrame, Incoming } from './frames.js';

type Fields = { readonly [key: string]: unknown };

export function decodeFrame(text: string): Incoming | undefined {
  const fields = parseObject(text);
  if (fields === undefined || typeof fields['type'] !== 'string') return undefined;
  if (fields['type'] === 'batch') return decodeBatch(fields);
  if (Object.hasOwn(controlChecks, fields['type'])) return decodeControl(fields);
  const event = decodeEvent(fields);
  return event && { kind: 'events', events: [event] };
}

function parseObject(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSeq(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

const controlChecks: { readonly [T in ControlFrame['type']]: (fields: Fields) => boolean } = {
  welcome: (fields) => typeof fields['user_id'] === 'string' && typeof fields['heartbeat_seconds'] === 'number',
  ack: () => true,
  error: (fields) => typeof fields['code'] === 'string',
  snapshot: (fields) =>
    typeof fields['thread_id'] === 'string' &&
    isSeq(fields['seq']) &&
    Array.isArray(fields['messages']) &&
    Array.isArray(fields['runs']),
  caught_up: (fields) => typeof fields['thread_id'] === 'string' && isSeq(fields['seq']),
  goaway: (fields) => typeof fields['reconnect_after_ms'] === 'number',
  pong: () => true,
};

function decodeControl(fields: Fields): Incoming | undefined {
  const isSound = controlChecks[fields['type'] as ControlFrame['type']](fields);
  return isSound ? { kind: 'control', frame: fields as unknown as ControlFrame } : undefined;
}

function decodeBatch(fields: Fields): Incoming | undefined {
  const list = fields['events'];
  if (!Array.isArray(list)) return undefined;
  const events = list.map((item: unknown) => (isObject(item) ? decodeEvent(item) : undefined));
  const first = events[0];
  if (first === undefined) return undefined;
  const whole = events.filter((event) => event?.thread_id === first.thread_id);
  return whole.length === events.length ? { kind: 'events', events: whole as ChatEvent[] } : undefined;
}

function decodeEvent(fields: Fields): ChatEvent | undefined {
  const type = fields['type'];
  if (typeof type !== 'string' || typeof fields['thread_id'] !== 'string' || !isSeq(fields['seq'])) return undefined;
  const first = fields['first_seq'];
  if (first !== undefined && !(isSeq(first) && first <= fields['seq'])) return undefined;
  if (!isEventType(type) && typeof fields['event_id'] !== 'string') return undefined;
  const payload = isObject(fields['payload']) ? fields['payload'] : {};
  const readable = isEventType(type) && essentialFields[type].every((name) => typeof payload[name] === 'string');
  const event = { ...fields, payload: payload as JsonObject, type: readable ? type : 'unreadable' };
  return event as unknown as ChatEvent;
}
