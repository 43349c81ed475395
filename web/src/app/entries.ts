/**
 * entriesOf: what the log of a thread shows, from the stored transcript and from what this tab has
 * not got stored yet.
 *
 * Pure. A message on its way has its place, and the shell of its answer, at once; both keep their
 * key when the server has stored them, so the page turns one into the other without a flicker.
 */

import { type AssistantTurn, isActive, type Transcript, type UserTurn } from '@goldenpath/client';

export type Entry = QuestionEntry | AnswerEntry;

/** `delivery` is absent for a message the server has stored. */
export interface QuestionEntry {
  readonly kind: 'question';
  readonly key: string;
  readonly content: string;
  readonly delivery: 'sending' | 'waiting' | Refusal | undefined;
}

/** `turn` is absent until the server knows the run. */
export interface AnswerEntry {
  readonly kind: 'answer';
  readonly key: string;
  readonly turn: AssistantTurn | undefined;
  /** Another answer of the thread comes first. */
  readonly queued: boolean;
  /** The last answer of the thread can be asked for again with this content. */
  readonly retry: string | undefined;
}

export interface Refusal {
  readonly messageId: string;
  readonly content: string;
  readonly code: string;
  readonly message: string;
}

/** A message this tab sent and has not seen in the log yet. `runId` is there when the server has accepted it. */
export interface Underway {
  readonly messageId: string;
  readonly threadId: string;
  readonly content: string;
  readonly runId: string | undefined;
}

export function entriesOf(
  transcript: Transcript,
  underway: readonly Underway[],
  refusals: readonly Refusal[],
  online: boolean,
): readonly Entry[] {
  const stored = storedEntries(transcript);
  const refused = refusals.map((refusal): Entry => {
    const { messageId, content } = refusal;
    return { kind: 'question', key: questionKey(messageId), content, delivery: refusal };
  });
  const coming = underway.flatMap(({ messageId, content, runId }): Entry[] => {
    const delivery = runId !== undefined ? undefined : online ? 'sending' : 'waiting';
    return [
      { kind: 'question', key: questionKey(messageId), content, delivery },
      { kind: 'answer', key: answerKey(messageId), turn: undefined, queued: false, retry: undefined },
    ];
  });
  return [...stored, ...refused, ...coming];
}

function storedEntries(transcript: Transcript): readonly Entry[] {
  const questions = new Map<string, UserTurn>();
  return transcript.turns.map((turn, index): Entry => {
    if (turn.role === 'user') {
      if (turn.runId !== undefined) questions.set(turn.runId, turn);
      return { kind: 'question', key: questionKey(turn.messageId), content: turn.content, delivery: undefined };
    }
    const question = questions.get(turn.runId);
    const key = question === undefined ? `run:${turn.runId}` : answerKey(question.messageId);
    const retry = index === transcript.turns.length - 1 ? question?.content : undefined;
    const queued = turn.state === 'queued' && transcript.turns.slice(0, index).some(isActive);
    return { kind: 'answer', key, turn, queued, retry };
  });
}

function questionKey(messageId: string): string {
  return `question:${messageId}`;
}

function answerKey(messageId: string): string {
  return `answer:${messageId}`;
}
