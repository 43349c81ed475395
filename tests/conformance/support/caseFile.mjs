/**
 * Reads case files (README.md describes the format). Gives `{id, title, steps, at, options}` per case;
 * a step is `{verb, words}` with the rest of its line. Payloads are read here too.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { constants, deflateRawSync } from 'node:zlib';

export function readCases(folder) {
  const cases = [];
  const seen = new Set();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.txt')).sort()) {
    for (const one of readFile(join(folder, file), file)) {
      if (seen.has(one.id)) throw new Error(`${one.at}: case ${one.id} is there twice`);
      seen.add(one.id);
      cases.push(one);
    }
  }
  return cases;
}

function readFile(path, name) {
  const cases = [];
  let steps = [];
  let table = null;
  let columns = null;
  let options = [];
  readFileSync(path, 'utf8')
    .split('\n')
    .forEach((line, index) => {
      const at = `${name}:${index + 1}`;
      if (line === '' || line.startsWith('#')) return;
      const indented = line.startsWith('  ');
      const text = line.trim();
      const rest = text.slice(text.indexOf(' ') + 1);
      if (!indented && text.startsWith('server ')) {
        options = rest.split(' ');
      } else if (!indented && text.startsWith('case ')) {
        table = columns = null;
        steps = [];
        const space = rest.indexOf(' ');
        cases.push({ id: rest.slice(0, space), title: rest.slice(space + 1), steps, at, options });
      } else if (!indented && text.startsWith('table ')) {
        columns = null;
        steps = [];
        table = { title: rest, lines: [] };
      } else if (!indented && table !== null && text.startsWith('rows ')) {
        columns = rest.split(/ +/);
      } else if (indented && columns !== null) {
        cases.push(fromRow(table, columns, text.split(/ +/), at, options));
      } else if (indented && table !== null) {
        table.lines.push({ text, at });
      } else if (indented) {
        steps.push(readStep(text, at));
      } else {
        throw new Error(`${at}: what is "${line}"?`);
      }
    });
  return cases;
}

function fromRow(table, columns, values, at, options) {
  if (values.length !== columns.length) throw new Error(`${at}: ${columns.length} columns are needed`);
  const fill = (text) =>
    text.replace(/\{(\w+)\}/g, (whole, name) => {
      const column = columns.indexOf(name);
      if (column < 0) throw new Error(`${at}: there is no column ${name}`);
      return values[column];
    });
  const steps = table.lines.map((line) => readStep(fill(line.text), line.at));
  return { id: values[columns.indexOf('id')], title: fill(table.title), steps, at, options };
}

function readStep(text, at) {
  const [verb] = text.split(' ', 1);
  return { verb, words: text.slice(verb.length + 1), at };
}

/** `"text"`, `hex:00ff`, `u16:1000`, `fill(term,size)`, `deflated(payload)`, joined by ` + `. Empty text: no bytes. */
export function readPayload(text) {
  const parts = [];
  let rest = text.trim();
  while (rest !== '') {
    const [part, after] = readTerm(rest);
    parts.push(part);
    rest = after.trim();
    if (rest === '') break;
    if (!rest.startsWith('+ ')) throw new Error(`what is "${rest}" in a payload?`);
    rest = rest.slice(2).trim();
  }
  return Buffer.concat(parts);
}

function readTerm(text) {
  const string = /^"(?:[^"\\]|\\.)*"/.exec(text);
  if (string) return [Buffer.from(JSON.parse(string[0])), text.slice(string[0].length)];
  const hex = /^hex:((?:[0-9a-f]{2})*)/.exec(text);
  if (hex) return [Buffer.from(hex[1], 'hex'), text.slice(hex[0].length)];
  const number = /^u16:(\d+)/.exec(text);
  if (number) {
    const bytes = Buffer.alloc(2);
    bytes.writeUInt16BE(Number(number[1]));
    return [bytes, text.slice(number[0].length)];
  }
  if (text.startsWith('deflated(') && text.endsWith(')')) {
    const bytes = deflateRawSync(readPayload(text.slice(9, -1)), { finishFlush: constants.Z_SYNC_FLUSH });
    return [bytes.subarray(0, -4), ''];
  }
  if (text.startsWith('fill(')) {
    const [pattern, after] = readTerm(text.slice(5));
    const size = /^,(\d+)\)/.exec(after);
    if (size) return [Buffer.alloc(Number(size[1]), pattern), after.slice(size[0].length)];
  }
  throw new Error(`what is "${text}" in a payload?`);
}
