/**
 * applyEvents: the reducer from events to a Transcript.
 *
 * Pure and replay-safe: the same events give the same transcript however they were folded, batched
 * or cut into calls, and an event at or below `transcript.seq` changes nothing. The caller passes
 * the events of one thread in order (GoldenpathClient does).
 */

import type { ChatEvent } from '../events.js';
import { appendArguments, appendText, appendThinking, completeTool, endThinking, executeTool } from './parts.js';
import { type AssistantTurn, emptyAssistantTurn, isActive, isLost, type Transcript, type Turn } from './turns.js';

export function applyEvents(transcript: Transcript, events: readonly ChatEvent[]): Transcript {
  const turns = [...transcript.turns];
  let { seq, title, deleted } = transcript;
  for (const event of events) {
    if (event.seq <= seq) continue;
    seq = event.seq;
    if (event.type === 'thread_updated') {
      title = event.payload.title ?? title;
      deleted = event.payload.status === undefined ? deleted : event.payload.status === 'deleted';
    } else {
      applyToTurns(turns, event);
    }
  }
  return { turns, seq, title, deleted };
}

function applyToTurns(turns: Turn[], event: ChatEvent): void {
  if (event.type === 'user_message') {
    turns.push({
      role: 'user',
      messageId: event.payload.message_id,
      runId: event.run_id,
      content: event.payload.content,
      createdAt: event.timestamp,
    });
    if (event.run_id !== undefined) turns.push(emptyAssistantTurn(event.run_id, 'queued'));
    return;
  }
  const runId = event.run_id;
  if (runId === undefined || event.type === 'unreadable') return;
  const index = turns.findLastIndex((turn) => turn.role === 'assistant' && turn.runId === runId);
  const turn = index < 0 ? emptyAssistantTurn(runId, 'running') : (turns[index] as AssistantTurn);
  // A snapshot may be older than the end of a run: then the run was taken for lost, and follows.
  const follows = event.type === 'agent_started' && isLost(turn);
  if (!isActive(turn) && !follows) return;
  const next = applyToTurn(turn, event);
  if (index < 0) turns.push(next);
  else turns[index] = next;
}

function applyToTurn(turn: AssistantTurn, event: ChatEvent): AssistantTurn {
  const running: AssistantTurn = { ...turn, state: 'running', agentName: event.agent_name ?? turn.agentName };
  switch (event.type) {
    case 'agent_started':
      return { ...running, boundaryAt: event.timestamp };
    case 'agent_thinking':
      return { ...running, parts: appendThinking(turn, event.payload.part_id, event.payload.delta) };
    case 'token':
      return { ...running, parts: appendText(turn, event.payload.part_id, event.payload.delta) };
    case 'tool_args_delta':
      return { ...running, parts: appendArguments(turn, event.payload) };
    case 'tool_executing':
      return { ...running, parts: executeTool(turn, event), boundaryAt: event.timestamp };
    case 'tool_completed':
      return { ...running, parts: completeTool(turn, event), boundaryAt: event.timestamp };
    case 'agent_completed':
    case 'agent_error':
    case 'agent_cancelled':
      return finish(running, event);
    default:
      return turn;
  }
}

function finish(turn: AssistantTurn, event: ChatEvent): AssistantTurn {
  const ended: AssistantTurn = {
    ...turn,
    parts: endThinking(turn.parts, event.timestamp),
    boundaryAt: event.timestamp,
  };
  switch (event.type) {
    case 'agent_error': {
      const { code, message, recoverable = false } = event.payload;
      return { ...ended, state: 'failed', failure: { code, message, recoverable } };
    }
    case 'agent_cancelled':
      return { ...ended, state: 'cancelled', cancelled: { by: event.payload.by, reason: event.payload.reason } };
    case 'agent_completed': {
      const { text = '', finish_reason: finishReason, usage } = event.payload;
      const streamed = ended.parts.some((part) => part.kind === 'text');
      const parts = streamed || text === '' ? ended.parts : appendText(ended, 'final', text);
      return { ...ended, parts, state: 'completed', finishReason, usage };
    }
    default:
      return ended;
  }
}
