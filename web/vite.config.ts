/**
 * Build and development of the chat page.
 *
 * `vite` proxies to a goldenpath on 127.0.0.1:8080; `--mode fake` (npm run fake) serves the built page against the
 * in-memory server of the client's tests instead, under the content security policy of the binary.
 */

import { defineConfig } from 'vitest/config';
import { fakeServer } from './dev/fakeServer.ts';

const server = 'http://127.0.0.1:8080';
const proxy = { '/ws': { target: server, ws: true }, '/v1': server, '/version': server, '/health': server };

const contentSecurityPolicy = "default-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:";

export default defineConfig(({ mode }) => ({
  plugins: mode === 'fake' ? [fakeServer()] : [],
  resolve: { conditions: ['goldenpath-source', 'module', 'browser', 'development|production'] },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: mode === 'fake' ? {} : proxy },
  preview: { headers: { 'Content-Security-Policy': contentSecurityPolicy } },
  test: { include: ['test/**/*.test.ts'], environment: 'jsdom' },
}));
