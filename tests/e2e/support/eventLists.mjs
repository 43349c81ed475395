/**
 * What two readers of one thread saw, compared, however the server folded it for each; and what a reader's text is.
 *
 * Deltas of one part that follow each other are one unit, whatever events they came in. Other events are units by
 * themselves and must be the same to the letter.
 */

const terminals = new Set(['agent_completed', 'agent_error', 'agent_cancelled']);
const deltas = new Set(['agent_thinking', 'token', 'tool_args_delta']);
const statusOf = { agent_completed: 'complete', agent_error: 'failed', agent_cancelled: 'cancelled' };

export function isTerminal({ type }) {
  return terminals.has(type);
}

/** Events that are shown only when they are kept: they, and what lies before them, survive every crash. */
export function isGated({ type }) {
  return type === 'user_message' || type === 'thread_updated' || terminals.has(type);
}

/** Where the deltas of one part are told apart from those of another; undefined for what is no delta. */
function partOf({ type, run_id: runId, payload }) {
  return deltas.has(type) ? `${type} ${runId} ${payload.part_id ?? payload.tool_call_id}` : undefined;
}

function unitsOf(events) {
  const units = [];
  for (const event of events) {
    const part = partOf(event);
    const last = units.at(-1);
    const first = event.first_seq ?? event.seq;
    if (part !== undefined && last?.part === part) last.events.push(event);
    else units.push({ first, part, events: [event] });
    units.at(-1).last = event.seq;
  }
  return units;
}

function textOf(events) {
  return events.map(({ payload }) => payload.delta).join('');
}

function deltaProblem(seen, served) {
  if (served.part !== seen.part) return `${seen.part} became ${served.part ?? served.events[0].type}`;
  if (served.first > seen.first || served.last < seen.last) return `${seen.part} is cut to ${served.first}…${served.last}`;
  const isSingle = (event) => event.first_seq === undefined;
  const kept = new Map(served.events.filter(isSingle).map((event) => [event.seq, event]));
  const singles = seen.events.filter((event) => isSingle(event) && kept.has(event.seq));
  const altered = singles.find((event) => !same(event, kept.get(event.seq)));
  if (altered !== undefined) return `became ${JSON.stringify(kept.get(altered.seq))}`;
  const [text, whole] = [textOf(seen.events), textOf(served.events)];
  // A reader that begins inside a part sees its end; folding may have hidden where.
  if (seen.first > served.first) return whole.includes(text) ? undefined : 'the text of a part is another';
  if (seen.last === served.last) return whole === text ? undefined : 'the text of a part is another';
  return whole.startsWith(text) ? undefined : 'the text of a part begins otherwise';
}

function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The first thing in `seen` that `served`, which begins at 1, does not have in its place; undefined if there is none. */
export function difference(seen, served) {
  const servedUnits = unitsOf(served);
  let at = 0;
  for (const unit of unitsOf(seen)) {
    while (at < servedUnits.length && servedUnits[at].last < unit.first) at += 1;
    const there = servedUnits[at];
    const what = `${unit.events[0].type} at ${unit.first}…${unit.last}`;
    if (there === undefined) return `${what} is not served`;
    if (unit.part === undefined) {
      if (!same(unit.events[0], there.events[0])) return `${what} became ${JSON.stringify(there.events[0])}`;
      continue;
    }
    const problem = deltaProblem(unit, there);
    if (problem !== undefined) return `${what}: ${problem}`;
  }
  return undefined;
}

/** Everything in one thread's events, read from the beginning, that breaks the run contract. */
export function contractProblems(events) {
  const problems = [];
  const runs = new Map();
  const ids = new Set();
  const messages = new Set();
  for (const event of events) {
    const { type, seq, run_id: runId, payload } = event;
    if (ids.has(event.event_id)) problems.push(`seq ${seq}: event_id ${event.event_id} comes twice`);
    ids.add(event.event_id);
    if (type === 'user_message') {
      if (messages.has(payload.message_id)) problems.push(`seq ${seq}: message ${payload.message_id} comes twice`);
      messages.add(payload.message_id);
    }
    if (runId === undefined) continue;
    const run = runs.get(runId) ?? { asked: false, begun: false, over: false, text: '', openTools: new Set() };
    runs.set(runId, run);
    const say = (what) => problems.push(`seq ${seq}: ${type} of ${runId} ${what}`);
    if (run.over) say('after its terminal event');
    if (type === 'user_message') {
      if (run.begun) say('after the beginning of its run');
      run.asked = true;
      continue;
    }
    if (!run.asked) say('before its user_message');
    if ((type === 'agent_started') === run.begun) say('breaks the order of the run: agent_started is first, and once');
    run.begun = true;
    if (type === 'token') run.text += payload.delta;
    if (type === 'tool_executing') run.openTools.add(payload.tool_call_id);
    if (type === 'tool_completed' && !run.openTools.delete(payload.tool_call_id)) say('answers no call');
    if (!isTerminal(event)) continue;
    run.over = true;
    if (run.openTools.size > 0) say('leaves tools open');
    if (type === 'agent_completed' && payload.text !== run.text) say('has another text than its tokens');
  }
  return { problems, unfinished: [...runs].filter(([, { over }]) => !over).map(([runId]) => runId) };
}

/** What a person reads: the messages in order, and the answer of every run. */
export class Transcript {
  messages = [];
  answers = new Map();

  static of(stretches) {
    const transcript = new Transcript();
    for (const { snapshot, events } of stretches) {
      if (snapshot !== undefined) transcript.#restore(snapshot);
      for (const event of events) transcript.#apply(event);
    }
    return transcript;
  }

  #apply({ type, seq, run_id: runId, payload }) {
    if (type === 'user_message') {
      this.messages.push({ messageId: payload.message_id, content: payload.content, runId, seq });
      this.answers.set(runId, { text: '', status: undefined });
    }
    const answer = this.answers.get(runId);
    if (answer === undefined) return;
    if (type === 'token') answer.text += payload.delta;
    answer.status ??= statusOf[type];
  }

  /** A snapshot replaces what it reaches back to. */
  #restore({ messages, runs }) {
    const first = messages[0]?.seq ?? 0;
    this.messages = this.messages.filter(({ seq }) => seq < first);
    const kept = new Set(this.messages.map(({ runId }) => runId));
    this.answers = new Map([...this.answers].filter(([runId]) => kept.has(runId)));
    for (const { role, message_id: messageId, content, run_id: runId, seq, status } of messages) {
      if (role === 'assistant') this.answers.set(runId, { text: content, status });
      else this.messages.push({ messageId, content, runId, seq });
    }
    // The events of an active run follow whole, after the message that it answers.
    const active = new Set(runs.map((run) => run.run_id));
    for (const { runId } of this.messages) {
      if (!this.answers.has(runId)) this.answers.set(runId, { text: '', status: undefined, over: !active.has(runId) });
    }
  }

  /** How `other` reads differently; a run that a snapshot said nothing of but that it is over may have had any end. */
  difference(other) {
    if (!same(this.messages, other.messages))
      return `messages ${JSON.stringify(this.messages.slice(-3))} are ${JSON.stringify(other.messages.slice(-3))}`;
    for (const [runId, { text, status, over }] of this.answers) {
      const answer = other.answers.get(runId);
      if (answer === undefined) return `no answer of ${runId}`;
      if (text !== answer.text) return `${runId}: ${JSON.stringify(text)} is ${JSON.stringify(answer.text)}`;
      if (!over && status !== answer.status) return `${runId}: ${status} is ${answer.status}`;
    }
    return undefined;
  }
}
