/**
 * Page: puts the views together and shows the state of the chat in them, at most once per frame.
 *
 * All views compare what they get with what they show, so showing everything again is cheap.
 */

import type { ClientState, GoldenpathClient } from '@goldenpath/client';
import { BannerView } from '../view/banner.ts';
import { Composer } from '../view/composer.ts';
import { element, setText } from '../view/dom.ts';
import { EmptyState } from '../view/emptyState.ts';
import { Header } from '../view/header.ts';
import { LogView } from '../view/log.ts';
import { Sidebar } from '../view/sidebar.ts';
import { SignInView } from '../view/signIn.ts';
import { Announcer } from './announcer.ts';
import { Chat } from './chat.ts';
import { ConnectionWatch } from './connectionWatch.ts';
import { drafts } from './drafts.ts';
import { clearAddress, showThreadInAddress, threadInAddress } from './route.ts';
import type { Session } from './session.ts';
import { untitled } from './threadList.ts';

const demoNote = 'demo mode: everyone on this machine is signed in';

export class Page {
  private readonly chat: Chat;
  private readonly connection: ConnectionWatch;
  private readonly header = new Header(() => this.sidebar.toggle(true));
  private readonly announcer = new Announcer();
  private readonly empty = new EmptyState((prompt) => this.send(prompt));
  private readonly footnote = element('span', { class: 'footnote' });
  private readonly expired = element(
    'p',
    { class: 'expired', role: 'note' },
    'The details of older answers have expired; their text is kept.',
  );
  private readonly main = element('main', { class: 'main' });
  private readonly banner: BannerView;
  private readonly composer: Composer;
  private readonly log: LogView;
  private readonly sidebar: Sidebar;
  private readonly signIn: SignInView;
  private scheduled = false;
  private shownThread: string | undefined;
  /** Nobody has chosen a thread yet: the newest is opened when the list is there. */
  private wantsNewest = false;

  constructor(
    private readonly root: HTMLElement,
    private readonly client: GoldenpathClient,
    private readonly session: Session,
  ) {
    const changed = () => this.schedule();
    this.chat = new Chat(client, changed);
    this.connection = new ConnectionWatch(client, changed);
    this.banner = new BannerView({ retry: () => client.retryNow(), useHere: () => client.connect() });
    this.signIn = new SignInView((token) => {
      session.signIn(token);
      client.connect();
    });
    this.composer = new Composer(
      {
        send: (content) => this.send(content),
        stop: () => this.chat.stop(),
        draft: (text) => this.keepDraft(text),
        problem: (text) => (client.fits(text) ? undefined : 'This message is longer than the server takes.'),
        lastMessage: () => this.chat.lastMessage,
      },
      this.footnote,
    );
    this.log = new LogView(
      {
        resend: (refusal) => this.chat.resend(refusal),
        edit: (refusal) => {
          this.chat.dismiss(refusal);
          this.composer.show(refusal.content);
          this.keepDraft(refusal.content);
          this.composer.focus();
        },
        retry: (content) => this.send(content),
        userId: () => (client.state.status === 'open' ? client.state.userId : undefined),
      },
      this.empty.element,
    );
    this.sidebar = new Sidebar({
      open: (threadId) => this.open(threadId),
      create: () => this.create(),
      more: () => void this.chat.loadMoreThreads().catch(() => undefined),
      rename: (threadId, title) => this.chat.rename(threadId, title),
      remove: (threadId) => this.chat.remove(threadId),
      toggled: (open) => this.drawerToggled(open),
    });
    this.assemble();
  }

  /** Opens the thread of the address; without one, the newest as soon as the list is known. */
  start(): void {
    const asked = threadInAddress(location.hash);
    if (asked !== undefined) this.chat.open(asked);
    else this.wantsNewest = true;
    this.render();
    this.client.connect();
    this.composer.focus();
  }

  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    const run = () => {
      this.scheduled = false;
      this.render();
    };
    if (document.hidden) setTimeout(run, 0);
    else requestAnimationFrame(run);
  }

  private assemble(): void {
    const shade = element('div', { class: 'shade' });
    const footer = element('div', { class: 'footer' }, this.signIn.element, this.composer.element);
    this.main.append(
      this.header.element,
      this.banner.element,
      this.expired,
      this.log.element,
      footer,
      this.announcer.element,
    );
    this.root.replaceChildren(this.sidebar.element, shade, this.main);
    shade.addEventListener('click', () => this.sidebar.toggle(false));
    document.addEventListener('keydown', (event) => this.key(event));
    window.addEventListener('popstate', () => this.addressChanged());
    window.addEventListener('hashchange', () => this.addressChanged());
  }

  private open(threadId: string): void {
    this.wantsNewest = false;
    if (threadId !== this.chat.threadId) this.chat.open(threadId);
    this.render();
    this.sidebar.toggle(false);
    this.composer.focus();
  }

  private create(): void {
    this.wantsNewest = false;
    this.chat.openNew();
    this.render();
    this.sidebar.toggle(false);
    this.composer.focus();
  }

  private send(content: string): void {
    this.wantsNewest = false;
    this.chat.send(content);
    this.render();
    this.log.jump();
    this.composer.focus();
  }

  private keepDraft(text: string): void {
    drafts.set(this.draftKey(), text);
    this.schedule();
  }

  /** A thread that has no message yet shares its draft with the next such thread. */
  private draftKey(): string {
    return this.chat.isNew ? 'new' : this.chat.threadId;
  }

  private addressChanged(): void {
    const asked = threadInAddress(location.hash);
    if (asked !== undefined && asked !== this.chat.threadId) this.chat.open(asked);
  }

  private drawerToggled(open: boolean): void {
    this.root.classList.toggle('has-drawer', open);
    this.main.inert = open && matchMedia('(max-width: 48rem)').matches;
    this.header.drawerToggled(open);
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'k' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.sidebar.find();
    } else if (event.key === 'Escape' && this.chat.isBusy) {
      this.chat.stop();
    }
  }

  private render(): void {
    if (this.wantsNewest && !this.chat.isStarting) {
      this.wantsNewest = false;
      this.chat.openFirst();
    }
    const { chat, client, session } = this;
    const { threadId, entries, isBusy: busy } = chat;
    const title = chat.title || untitled;
    this.showThread(threadId);
    this.header.update(title);
    this.sidebar.update({
      threads: chat.threads,
      currentId: threadId,
      hasMore: chat.hasMoreThreads,
      footer: signedInAs(client.state),
    });
    this.empty.update(session.isDemo);
    this.log.update({
      threadId,
      entries,
      busy,
      loading: chat.isLoading || (chat.isStarting && client.state.status === 'connecting'),
    });
    this.expired.hidden = !chat.isExpired;
    this.composer.update({ busy, stopping: chat.isStopping });
    this.banner.update(this.connection.banner());
    this.signIn.update(signInModel(client.state));
    this.composer.element.hidden = !this.signIn.element.hidden;
    this.announcer.update(threadId, busy, entries);
    setText(this.footnote, session.isDemo ? demoNote : '');
    document.title = `${busy ? '● ' : ''}${title} · goldenpath`;
  }

  private showThread(threadId: string): void {
    const switched = threadId !== this.shownThread;
    const isFirst = this.shownThread === undefined;
    this.shownThread = threadId;
    if (switched) this.composer.show(drafts.get(this.draftKey()));
    if (this.chat.isNew) clearAddress();
    else showThreadInAddress(threadId, switched && !isFirst ? 'push' : 'replace');
  }
}

function signedInAs(state: ClientState): string {
  return state.status === 'open' ? `Signed in as ${state.userId}` : '';
}

function signInModel(state: ClientState): { readonly reason: string } | undefined {
  if (state.status === 'signed_out') return { reason: 'Your session has ended, or there is none yet.' };
  const refused = state.status === 'closed' && (state.code === 'revoked' || state.code === 'forbidden');
  return refused ? { reason: state.reason } : undefined;
}
