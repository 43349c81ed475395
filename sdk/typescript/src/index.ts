/** @goldenpath/client: see client.ts for the connection and transcript/apply.ts for what is shown of it. */

export { type ClientEvents, type ClientOptions, GoldenpathClient, type Submission } from './client.js';
export { type Code, type CodeInfo, codes, type RetryAdvice } from './codes.gen.js';
export type { AckFields, Command, CommandFields, CommandType, MessageAccepted, OnActive } from './commands.js';
export { decodeFrame } from './decode.js';
export { type ClientCode, GoldenpathError } from './errors.js';
export {
  type ChatEvent,
  type EventOf,
  type EventType,
  firstSeq,
  type Json,
  type JsonObject,
  type Usage,
} from './events.js';
export type { ControlFrame, Incoming, SnapshotFrame, WelcomeFrame } from './frames.js';
export type { MessageDraft, PendingMessage } from './outbox.js';
export {
  type Platform,
  randomUuid,
  type Socket,
  type SocketConstructor,
  type TimerHandle,
  type Timers,
} from './ports.js';
export type { Message, MessageStatus, Run, RunState, Thread } from './shapes.js';
export type { ClientState } from './state.js';
export type { Cursor } from './subscriptions.js';
export type { TokenProvider, TokenReason } from './token.js';
export { applyEvents } from './transcript/apply.js';
export { applySnapshot, keyOf } from './transcript/snapshot.js';
export {
  activeTurn,
  type AssistantTurn,
  emptyTranscript,
  type Failure,
  isActive,
  type Part,
  type TextPart,
  textOf,
  type ThinkingPart,
  type ToolPart,
  type Transcript,
  type Turn,
  type UserTurn,
} from './transcript/turns.js';
