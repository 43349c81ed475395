/** The line about the connection. What is bad is an alert, all else a status. */

import type { Banner } from '../app/connectionBanner.ts';
import { element, setText } from './dom.ts';

export interface BannerActions {
  retry(): void;
  useHere(): void;
}

export class BannerView {
  readonly element: HTMLElement;
  private readonly status = element('span', { role: 'status' });
  private readonly alert = element('span', { role: 'alert' });
  private readonly button = element('button', { type: 'button', class: 'text-button' });
  private action: Banner['action'];

  constructor(actions: BannerActions) {
    this.element = element('div', { class: 'banner', hidden: true }, this.status, this.alert, this.button);
    this.button.addEventListener('click', () => (this.action === 'retry' ? actions.retry() : actions.useHere()));
  }

  update(banner: Banner | undefined): void {
    this.element.hidden = banner === undefined;
    this.element.dataset['tone'] = banner?.tone ?? '';
    this.action = banner?.action;
    setText(this.status, banner !== undefined && banner.tone !== 'bad' ? banner.text : '');
    setText(this.alert, banner?.tone === 'bad' ? banner.text : '');
    this.button.hidden = banner?.action === undefined;
    setText(this.button, banner?.action === 'use-here' ? 'Connect here' : 'Retry now');
  }
}
