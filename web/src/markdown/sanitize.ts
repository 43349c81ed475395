/**
 * toFragment: tokens of marked to DOM that is safe to insert, whatever an agent wrote.
 *
 * Images become links: a remote image would tell its server that the text was read, and the policy
 * of the page forbids it anyway. Links open in a new tab without a referrer.
 */

import DOMPurify from 'dompurify';
import { Marked, type Token } from 'marked';

const allowedTags = [
  'a',
  'b',
  'blockquote',
  'br',
  'code',
  'del',
  'details',
  'em',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'hr',
  'i',
  'input',
  'kbd',
  'li',
  'mark',
  'ol',
  'p',
  'pre',
  's',
  'small',
  'strong',
  'sub',
  'summary',
  'sup',
  'table',
  'tbody',
  'td',
  'th',
  'thead',
  'tr',
  'u',
  'ul',
];

const allowedAttributes = ['align', 'checked', 'disabled', 'href', 'start', 'title', 'type'];

const marked = new Marked({
  gfm: true,
  breaks: false,
  renderer: {
    image({ href, text, title }) {
      return this.link({
        type: 'link',
        raw: '',
        href,
        title: title ?? null,
        text,
        tokens: [{ type: 'text', raw: text, text: text || href }],
      });
    },
  },
});

export function lex(text: string): Token[] {
  return marked.lexer(text);
}

export function toFragment(tokens: Token[]): DocumentFragment {
  const fragment = DOMPurify.sanitize(marked.parser(tokens), {
    ALLOWED_TAGS: allowedTags,
    ALLOWED_ATTR: allowedAttributes,
    RETURN_DOM_FRAGMENT: true,
  });
  for (const link of fragment.querySelectorAll('a')) {
    link.target = '_blank';
    link.rel = 'noopener noreferrer nofollow';
  }
  for (const input of fragment.querySelectorAll('input')) if (input.type !== 'checkbox') input.remove();
  for (const table of fragment.querySelectorAll('table')) wrapForScrolling(table);
  return fragment;
}

/** A wide table scrolls by itself, reachable by keyboard, and not the page. */
function wrapForScrolling(table: HTMLTableElement): void {
  const scroller = document.createElement('div');
  scroller.className = 'table-scroller';
  scroller.tabIndex = 0;
  scroller.setAttribute('role', 'region');
  scroller.setAttribute('aria-label', 'Table');
  table.replaceWith(scroller);
  scroller.append(table);
}
