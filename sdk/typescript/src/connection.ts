/**
 * Connection: one WebSocket from its first byte to its end.
 *
 * Invariants: (1) `welcome` is reported at most once and before any other frame; (2) `end` is
 * reported exactly once, and nothing after it; (3) a socket that is abandoned is silent at once,
 * whatever the network still delivers.
 * On limit: no welcome within `welcomeMilliseconds`, or a dead peer (Heartbeat), ends it as a lost
 * connection.
 */

import type { Command } from './commands.js';
import { decodeFrame } from './decode.js';
import { connectionLost, type Ending, endingOf } from './ending.js';
import type { ControlFrame, ErrorFrame, Incoming, WelcomeFrame } from './frames.js';
import { Heartbeat, heartbeatLimits } from './heartbeat.js';
import type { Platform, Socket, TimerHandle } from './ports.js';

export interface ConnectionHandlers {
  welcome(frame: WelcomeFrame): void;
  receive(incoming: Incoming): void;
  end(ending: Ending): void;
}

export const subprotocol = 'goldenpath.v1';

const welcomeMilliseconds = 15_000;

export class Connection {
  private socket: Socket | undefined;
  private heartbeat: Heartbeat | undefined;
  private welcomeTimer: TimerHandle | undefined;
  private lastError: ErrorFrame | undefined;

  constructor(
    private readonly platform: Platform,
    url: string,
    token: string,
    private readonly handlers: ConnectionHandlers,
  ) {
    const socket = new platform.WebSocket(url, [subprotocol, `jwt.${base64url(token)}`]);
    this.socket = socket;
    socket.onmessage = (event) => {
      if (typeof event.data === 'string') this.receive(event.data);
    };
    socket.onclose = (event) => this.finish(endingOf(event.code, event.reason, this.lastError));
    socket.onerror = () => undefined;
    this.welcomeTimer = platform.timers.set(() => this.abandon(), welcomeMilliseconds);
  }

  send(command: Command): void {
    this.socket?.send(JSON.stringify(command));
  }

  /** Asks the server for a sign of life; no answer ends the connection. */
  probe(): void {
    this.heartbeat?.probe();
  }

  /** Drops the socket as if the network had failed. */
  abandon(ending: Ending = connectionLost): void {
    const socket = this.socket;
    if (socket === undefined) return;
    this.finish(ending);
    if (socket.terminate !== undefined) socket.terminate();
    else socket.close();
  }

  /** Ends it in good order; `end` is not reported. */
  close(): void {
    const socket = this.socket;
    this.release();
    socket?.close(1000, 'normal');
  }

  private receive(text: string): void {
    this.heartbeat?.heard();
    const incoming = decodeFrame(text);
    if (incoming === undefined) return;
    const control = incoming.kind === 'control' ? incoming.frame : undefined;
    if (control?.type === 'welcome') this.greet(control);
    else if (control?.type === 'error' && control.id === undefined) this.lastError = control;
    if (this.heartbeat !== undefined || isAnswer(control)) this.handlers.receive(incoming);
  }

  private greet(frame: WelcomeFrame): void {
    if (this.heartbeat !== undefined) return;
    this.clearWelcomeTimer();
    this.heartbeat = new Heartbeat(
      this.platform.timers,
      heartbeatLimits(frame.heartbeat_seconds),
      () => this.send({ type: 'ping', id: 'ping' }),
      () => this.abandon(),
    );
    this.handlers.welcome(frame);
  }

  private finish(ending: Ending): void {
    if (this.socket === undefined) return;
    this.release();
    this.handlers.end(ending);
  }

  private release(): void {
    this.clearWelcomeTimer();
    this.heartbeat?.stop();
    if (this.socket === undefined) return;
    this.socket.onopen = null;
    this.socket.onmessage = null;
    this.socket.onclose = null;
    this.socket = undefined;
  }

  private clearWelcomeTimer(): void {
    if (this.welcomeTimer !== undefined) this.platform.timers.clear(this.welcomeTimer);
    this.welcomeTimer = undefined;
  }
}

/** Before the welcome only an `error` can be for us: it says why there will be none. */
function isAnswer(frame: ControlFrame | undefined): boolean {
  return frame?.type === 'error';
}

/** RFC 4648 section 5 without padding, of the UTF-8 bytes: a subprotocol name takes no space and no `=`. */
function base64url(text: string): string {
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}
