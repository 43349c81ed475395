/** 200 users × 2 tabs × one run of 300 tokens at 100 tokens a second, through the OpenAI-compatible agent. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Crowd, residentBytes, startTokenAgent } from './support/crowd.mjs';
import { Server } from './support/server.mjs';

test('200 users with two tabs each get byte-identical, gapless events within 150 MB', async () => {
  const agent = await startTokenAgent(300, 100);
  const server = await Server.start({ agents: [agent.spec] });
  try {
    const crowd = await Crowd.gather(server.url, 200, 2);
    await crowd.sendAndWait();
    for (const { name, tabs } of crowd.users) {
      assert.deepEqual(tabs.flatMap((tab) => tab.problems), [], name);
      assert.equal(tabs[0].digest, tabs[1].digest, `${name}: both tabs got the same bytes`);
      // user_message, agent_started, 300 tokens, agent_completed
      assert.equal(tabs[0].events, 303, name);
    }
    const resident = residentBytes(server.pid);
    console.log(`# resident memory after the load: ${(resident / 1e6).toFixed(1)} MB`);
    assert.ok(resident < 150e6, `resident memory is ${resident} bytes`);
    crowd.leave();
  } finally {
    await server.stop();
    agent.close();
  }
});
