/**
 * A scripted agent for FakeServer in real time: thinks, calls one tool, streams an answer.
 *
 * `tokens=300 rate=100` in the message asks for length and pace (tokens per second), `fail` for a
 * run that breaks off, `badtool` for a tool that fails.
 */

import type { FakeServer } from './server.js';
import type { FakeThread } from './thread.js';

const answer = `Here is what I found about **your question**.

1. The thread has one *owner*, so events are in order.
2. A client that was away asks for what it missed:

\`\`\`ts
client.follow(threadId);
client.on('events', ({ events }) => {
  transcript = applyEvents(transcript, events);
});
\`\`\`

| event | seq | note |
|---|---:|---|
| \`agent_started\` | 2 | first |
| \`token\` | 3 to 40 | folded |

> Nothing is lost and nothing comes twice.

You can read more in [the contract](https://example.org/protocol). `;

export function scriptedAgent(server: FakeServer): FakeServer['onRun'] {
  return (thread, runId, content) => {
    const steps = [...thinking(server, thread, runId), ...tool(server, thread, runId, content)];
    const words = wordsFor(content);
    words.forEach((delta) => steps.push(() => server.append(thread, 'token', { part_id: 'p1', delta }, runId)));
    steps.push(() => end(server, thread, runId, content, words.join('')));
    const pause = 1000 / numberIn(content, 'rate', 50);
    const next = () => {
      const step = thread.activeRuns().some((run) => run.run_id === runId) ? steps.shift() : undefined;
      if (step === undefined) return;
      step();
      setTimeout(next, pause);
    };
    setTimeout(next, pause * 10);
  };
}

type Step = () => unknown;

function thinking(server: FakeServer, thread: FakeThread, runId: string): Step[] {
  const words = 'The user asks something. I should look it up with a tool first, and then answer in a few words.'.split(
    /(?<= )/,
  );
  return words.map((delta) => () => server.append(thread, 'agent_thinking', { part_id: 't1', delta }, runId));
}

function tool(server: FakeServer, thread: FakeThread, runId: string, content: string): Step[] {
  const call = { tool_call_id: `call-${runId}`, tool_name: 'search_documents' };
  const waiting: Step[] = Array.from({ length: 30 }, () => () => undefined);
  const outcome = content.includes('badtool')
    ? { success: false, error: 'The index is being rebuilt.', duration_ms: 640 }
    : { success: true, result: { hits: 3, best: 'docs/protocol.md' }, duration_ms: 640 };
  return [
    () =>
      server.append(thread, 'tool_executing', { ...call, arguments: { query: content.slice(0, 60), limit: 3 } }, runId),
    ...waiting,
    () => server.append(thread, 'tool_completed', { ...call, ...outcome }, runId),
  ];
}

function wordsFor(content: string): string[] {
  const words = `You wrote: “${content}”\n\n${answer}`.split(/(?<=\s)/);
  const count = numberIn(content, 'tokens', words.length);
  return Array.from({ length: count }, (_, index) => words[index] ?? `word${index} `);
}

function end(server: FakeServer, thread: FakeThread, runId: string, content: string, text: string): void {
  if (content.includes('fail')) {
    const message = 'The agent’s stream ended without its terminal frame.';
    server.finishRun(thread, runId, 'agent_error', { code: 'agent_disconnected', message, recoverable: true });
    return;
  }
  server.finishRun(thread, runId, 'agent_completed', { text, finish_reason: 'stop', duration_ms: 2000 });
}

function numberIn(content: string, name: string, otherwise: number): number {
  return Number(new RegExp(`${name}=(\\d+)`).exec(content)?.[1] ?? otherwise);
}
