/**
 * repair: closes what is half-open at the end of a markdown block that is still being written, so
 * that it looks while it grows as it will look when it is done.
 *
 * Pure text to text; only ever applied to the last, unfinished block. Closed: bold, italic,
 * strikethrough, inline code, links, images, tables. Held back until decided: a trailing run of
 * markers, and a line of `-` or `=` under a paragraph (which would flash as a heading). Fences need
 * no repair: marked takes an unclosed one as code to the end.
 */

export function repair(block: string): string {
  if (/^ {0,3}(```|~~~)/.test(block)) return block;
  return closeInline(completeTable(holdBackSetext(block)));
}

/** `text\n--` could become a heading, a rule or a list: not shown until another character decides. */
function holdBackSetext(block: string): string {
  return block.replace(/(\S[^\n]*)\n {0,3}(-{1,}|={1,})$/, '$1');
}

/** A header row alone, or with a delimiter row that is not complete, is shown as a table of that header. */
function completeTable(block: string): string {
  const [header = '', delimiter, ...rest] = block.split('\n');
  if (!/^ *\|.*\|/.test(header) || rest.length > 0) return block;
  if (delimiter !== undefined && !/^[ |:-]*$/.test(delimiter)) return block;
  const cells = header
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|');
  return `${header.trimEnd().replace(/\|?$/, '|')}\n|${cells.map(() => '---|').join('')}`;
}

/** Longest first, so that `**` is not taken for two `*`. */
const markers = ['***', '**', '__', '~~', '*', '_'] as const;

function closeInline(block: string): string {
  const { open, code, text } = scan(closeLink(block));
  if (code !== '') return text.endsWith(code) ? text.slice(0, -code.length) : text + code;
  let closed = text;
  for (const marker of open.toReversed()) {
    closed = closed.endsWith(marker) ? closed.slice(0, -marker.length) : closed.replace(/\s*$/, '') + marker;
  }
  return closed;
}

/** `[label](http` and `[label` become their label, an image that is not complete becomes nothing. */
function closeLink(block: string): string {
  return block
    .replace(/!\[[^\]\n]*(\]\([^)\n]*)?$/, '')
    .replace(/(^|[^\\\]])\[([^\]\n]*)\]\([^)\n]*$/, '$1$2')
    .replace(/(^|[^\\\]])\[([^\]\n]*)$/, '$1$2');
}

interface Scan {
  /** Emphasis markers that are open at the end, outermost first. */
  readonly open: readonly string[];
  /** The run of backticks of an open code span, or nothing. */
  readonly code: string;
  readonly text: string;
}

function scan(text: string): Scan {
  const open: string[] = [];
  let code = '';
  let index = 0;
  while (index < text.length) {
    const rest = text.slice(index);
    const ticks = /^`+/.exec(rest)?.[0] ?? '';
    if (ticks !== '') {
      if (code === '') code = ticks;
      else if (code === ticks) code = '';
      index += ticks.length;
      continue;
    }
    if (code !== '' || rest.startsWith('\\')) {
      index += code === '' ? 2 : 1;
      continue;
    }
    const marker = markers.find((candidate) => rest.startsWith(candidate));
    if (marker !== undefined) toggle(open, marker, text[index - 1] ?? ' ', rest[marker.length] ?? '');
    index += marker?.length ?? 1;
  }
  return { open, code, text };
}

/** Closes the marker if it is open, opens it where CommonMark lets one open. */
function toggle(open: string[], marker: string, before: string, after: string): void {
  const at = open.lastIndexOf(marker);
  if (at >= 0 && !/\s/.test(before)) {
    open.splice(at);
    return;
  }
  const insideWord = marker.startsWith('_') && /\w/.test(before);
  const isBullet = marker === '*' && /^\s?$/.test(before) && after === ' ';
  if (!insideWord && !isBullet && !/\s/.test(after)) open.push(marker);
}
