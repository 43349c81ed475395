/** A tool call: name, arguments, state and time at a glance; the result on demand, an error at once. */

import type { ToolPart } from '@goldenpath/client';
import { Disclosure } from './disclosure.ts';
import { element, setText } from './dom.ts';
import { brief, duration, pretty } from './format.ts';
import { icon } from './icons.ts';

const stateLabels: { readonly [State in ToolPart['state']]: string } = {
  preparing: 'preparing',
  executing: 'running',
  completed: 'done',
  failed: 'failed',
};

export class ToolView {
  readonly element: HTMLElement;
  private readonly disclosure = new Disclosure('tool');
  private readonly name = element('code', { class: 'tool-name' });
  private readonly call = element('span', { class: 'tool-call' });
  private readonly state = element('span', { class: 'tool-state' });
  private shown: ToolPart | undefined;

  constructor() {
    this.element = this.disclosure.element;
    const mark = element('span', { class: 'tool-mark' }, icon('tool'));
    this.disclosure.heading.append(mark, this.name, this.call, this.state);
  }

  update(part: ToolPart): void {
    if (part === this.shown) return;
    this.shown = part;
    this.element.dataset['state'] = part.state;
    setText(this.name, part.name);
    setText(this.call, part.arguments === undefined ? part.argumentsText : brief(part.arguments));
    const time = part.durationMilliseconds === undefined ? '' : ` · ${duration(part.durationMilliseconds)}`;
    setText(this.state, stateLabels[part.state] + time);
    this.disclosure.body.replaceChildren(...details(part));
    this.disclosure.suggest(part.state === 'failed');
  }
}

function details(part: ToolPart): Node[] {
  const nodes = section('Arguments', part.arguments === undefined ? part.argumentsText : pretty(part.arguments));
  if (part.state === 'failed')
    nodes.push(...section('Error', pretty(part.error ?? 'The tool failed without a reason.'), 'tool-error'));
  else if (part.result !== undefined) nodes.push(...section('Result', pretty(part.result)));
  return nodes;
}

function section(title: string, text: string, className = ''): Node[] {
  if (text === '') return [];
  return [
    element('div', { class: 'tool-label' }, title),
    element('pre', { tabindex: 0, class: className || undefined }, text),
  ];
}
