/** ws_echo as built beside the server under test (GP_SERVER), or GP_WS_ECHO. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';

const binary = process.env.GP_WS_ECHO ?? join(dirname(process.env.GP_SERVER ?? 'build/release/bin/goldenpath'), 'ws_echo');

export async function startEcho(options = []) {
  const child = spawn(binary, ['--listen', '127.0.0.1:0', ...options], { stdio: ['ignore', 'pipe', 'inherit'] });
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${binary} ended with ${code}`);
  });
  failed.catch(() => {});
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), failed]);
  const [, host, port] = /ws:\/\/([\d.]+):(\d+)/.exec(line);
  return {
    address: { host, port: Number(port) },
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
