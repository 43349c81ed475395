/**
 * Many clients' lives in virtual time: chance cuts, loses, folds, batches and expires; two independent checks judge.
 *
 * A failure names its seed; `one life` with that seed reproduces it.
 */

import { expect, test } from 'vitest';
import { textOf } from '../src/transcript/turns.js';
import { World } from './fake/world.js';
import { Harness, startedThread } from './harness.js';

const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

test.each(seeds)('one life, seed %i: the whole text, in order, each event once', async (seed) => {
  const random = randomFrom(seed);
  const world = new World();
  const harness = new Harness(world);
  const run = startedThread(harness, 't', []);
  harness.client.follow('t');
  harness.client.connect();
  const written: string[] = [];
  for (let step = 0; step < 60; step++) {
    const choice = random();
    if (choice < 0.6) {
      const word = `w${written.length} `;
      written.push(word);
      if (random() < 0.1) harness.server.lostSeqs.add(run.thread.head + 1);
      run.say(word);
    } else if (choice < 0.7) {
      world.cut();
    } else if (choice < 0.75) {
      world.reachable = !world.reachable;
    } else if (choice < 0.8) {
      harness.server.sendsBatches = !harness.server.sendsBatches;
    } else {
      await world.timers.advance(random() * 3000);
    }
  }
  world.reachable = true;
  run.finish();
  await world.timers.advance(80_000);

  expect(harness.status).toBe('open');
  const answer = harness.transcript('t').turns.at(-1)!;
  expect(textOf(answer)).toBe(written.join(''));
  expect(answer).toMatchObject({ state: 'completed' });
  expect(coveredSeqs(harness)).toEqual(Array.from({ length: run.thread.head }, (_, index) => index + 1));
});

function coveredSeqs(harness: Harness): number[] {
  return harness.deliveries
    .flatMap((delivery) => delivery.events)
    .flatMap(({ first_seq: first, seq }) => {
      const from = first ?? seq;
      return Array.from({ length: seq - from + 1 }, (_, index) => from + index);
    });
}

/** A linear congruential generator, so that a seed is a whole life. */
function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_761;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
