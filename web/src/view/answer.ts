/**
 * The answer of the assistant: parts in the order they began, then how it ended.
 *
 * Before the first part, and while nothing else moves, three dots say that something is going on.
 */

import { type AssistantTurn, isActive, type Part, textOf } from '@goldenpath/client';
import type { AnswerEntry } from '../app/entries.ts';
import { copyButton } from './copyButton.ts';
import { element, KeyedList, setAttribute, type View } from './dom.ts';
import { icon } from './icons.ts';
import { MarkdownView } from './markdown.ts';
import { ThinkingView } from './thinkingPart.ts';
import { ToolView } from './toolPart.ts';

interface PartItem {
  readonly part: Part;
  /** The part that is being written right now. */
  readonly active: boolean;
  /** The text can still grow. */
  readonly open: boolean;
}

export interface AnswerActions {
  /** Asks the same again, as a new message. */
  retry(content: string): void;
  /** Who is signed in: "stopped by you". */
  userId(): string | undefined;
}

export class AnswerView implements View<AnswerEntry> {
  readonly element: HTMLElement;
  private readonly parts: KeyedList<PartItem>;
  private readonly waiting = element('div', { class: 'waiting' }, element('i'), element('i'), element('i'));
  private readonly waitingLabel = element('span', { class: 'waiting-label' });
  private readonly ending = element('div', { class: 'ending' });
  private shown: AnswerEntry | undefined;

  constructor(private readonly actions: AnswerActions) {
    const container = element('div', { class: 'parts' });
    this.parts = new KeyedList(
      container,
      ({ part }) => `${part.kind}:${part.id}`,
      ({ part }) => viewOf(part),
    );
    this.waiting.append(this.waitingLabel);
    this.element = element(
      'article',
      { class: 'answer', 'aria-label': 'Answer' },
      container,
      this.waiting,
      this.ending,
    );
  }

  update(entry: AnswerEntry): void {
    if (this.shown !== undefined && isSame(this.shown, entry)) return;
    const seenOngoing = this.shown !== undefined && isOngoing(this.shown.turn);
    this.shown = entry;
    const { turn } = entry;
    const ongoing = isOngoing(turn);
    this.element.dataset['state'] = turn?.state ?? 'queued';
    setAttribute(this.element, 'aria-busy', ongoing ? 'true' : undefined);
    setAttribute(this.element, 'data-run-id', turn?.runId);
    this.parts.update(turn === undefined ? [] : itemsOf(turn, ongoing));
    this.waiting.hidden = !ongoing || isMoving(turn?.parts.at(-1));
    this.waitingLabel.textContent = entry.queued ? 'Waiting for the answer above' : '';
    if (ongoing) this.ending.replaceChildren();
    else if (turn !== undefined) this.ending.replaceChildren(...this.endingOf(turn, entry.retry, seenOngoing));
  }

  private endingOf(turn: AssistantTurn, retry: string | undefined, live: boolean): Node[] {
    const actions = element('div', { class: 'actions' });
    if (textOf(turn) !== '') actions.append(copyButton('Copy answer', () => textOf(turn)));
    if (retry !== undefined)
      actions.append(this.retryButton(turn.state === 'completed' ? 'Ask again' : 'Try again', retry));
    if (turn.state === 'failed') return [failureOf(turn, live), actions];
    if (turn.state === 'cancelled') return [element('p', { class: 'stopped' }, this.stopLabel(turn)), actions];
    if (turn.finishReason === 'length')
      return [element('p', { class: 'stopped' }, 'The answer reached its length limit.'), actions];
    return [actions];
  }

  private stopLabel(turn: AssistantTurn): string {
    const by = turn.cancelled?.by;
    return by === undefined || by === ''
      ? 'Stopped.'
      : by === this.actions.userId()
        ? 'Stopped by you.'
        : `Stopped by ${by}.`;
  }

  private retryButton(label: string, content: string): HTMLButtonElement {
    const button = element('button', { type: 'button', class: 'quiet-button' }, icon('retry'), label);
    button.addEventListener('click', () => this.actions.retry(content));
    return button;
  }
}

function isSame(a: AnswerEntry, b: AnswerEntry): boolean {
  return a.turn === b.turn && a.queued === b.queued && a.retry === b.retry;
}

function isOngoing(turn: AssistantTurn | undefined): boolean {
  return turn === undefined || isActive(turn);
}

/** The part shows by itself that something is going on. */
function isMoving(part: Part | undefined): boolean {
  return (
    part?.kind === 'text' || part?.kind === 'thinking' || part?.state === 'executing' || part?.state === 'preparing'
  );
}

function itemsOf(turn: AssistantTurn, ongoing: boolean): PartItem[] {
  const last = turn.parts.at(-1);
  return turn.parts.map((part) => ({ part, active: ongoing && part === last, open: ongoing && part === last }));
}

function viewOf(part: Part): View<PartItem> {
  switch (part.kind) {
    case 'text': {
      const view = new MarkdownView();
      return {
        element: view.element,
        update: (item) => item.part.kind === 'text' && view.update(item.part.text, !item.open),
      };
    }
    case 'thinking': {
      const view = new ThinkingView();
      return {
        element: view.element,
        update: (item) => item.part.kind === 'thinking' && view.update(item.part, item.active),
      };
    }
    case 'tool': {
      const view = new ToolView();
      return { element: view.element, update: (item) => item.part.kind === 'tool' && view.update(item.part) };
    }
  }
}

/** An error is announced when it happens, not again for every old one a reload shows. */
function failureOf(turn: AssistantTurn, live: boolean): HTMLElement {
  const { code, message } = turn.failure ?? { code: '', message: 'The reason was not kept.' };
  const title = failureTitles[code] ?? 'The agent failed';
  return element(
    'div',
    { class: 'failure', role: live ? 'alert' : 'group' },
    icon('alert'),
    element('div', {}, element('strong', {}, title), ' ', message, element('code', {}, code)),
  );
}

const failureTitles: { readonly [code: string]: string } = {
  agent_disconnected: 'The agent stopped in the middle',
  agent_timeout: 'The agent did not answer in time',
  agent_unreachable: 'The agent cannot be reached',
  interrupted: 'The server was restarted during this answer',
  output_too_large: 'The answer became too long',
};
