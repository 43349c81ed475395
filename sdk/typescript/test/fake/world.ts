/**
 * World: virtual time, chance and network for tests of the client.
 *
 * Nothing moves by itself: `settle` lets everything already caused happen, `advance` moves the time. Frames arrive in
 * order and never inside the call that sent them.
 */

import { type Platform, type Socket, type SocketConstructor, type Timers } from '../../src/ports.js';
import { FakeServer } from './server.js';
import type { FakeSession } from './session.js';

interface Alarm {
  readonly at: number;
  readonly callback: () => void;
}

export class VirtualTimers implements Timers {
  private time = 1_757_880_000_000;
  private readonly alarms = new Set<Alarm>();

  now(): number {
    return this.time;
  }

  set(callback: () => void, milliseconds: number): Alarm {
    const alarm = { at: this.time + milliseconds, callback };
    this.alarms.add(alarm);
    return alarm;
  }

  clear(handle: object | number): void {
    this.alarms.delete(handle as Alarm);
  }

  /** Runs what is due within `milliseconds`, in order of time, letting each take its effect. */
  async advance(milliseconds: number): Promise<void> {
    await settle();
    const end = this.time + milliseconds;
    for (;;) {
      const due = [...this.alarms].filter((alarm) => alarm.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.alarms.delete(due);
      this.time = Math.max(this.time, due.at);
      due.callback();
      await settle();
    }
    this.time = end;
    await settle();
  }
}

/** Lets all promises and deliveries that are under way finish. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

export class World {
  readonly timers = new VirtualTimers();
  readonly server = new FakeServer(() => this.timers.now() / 1000);
  readonly sockets: FakeSocket[] = [];
  /** While false, connections fail as if the server were gone. */
  reachable = true;
  /** What `random` answers; just under 1 makes every back-off its longest. */
  chance = 0.999_999;

  platform(): Platform {
    let uuids = 0;
    const world = this;
    const WebSocket = class extends FakeSocket {
      constructor(url: string, protocols: string[]) {
        super(world, url, protocols);
      }
    } as SocketConstructor;
    return { timers: this.timers, random: () => this.chance, uuid: () => `uuid-${++uuids}`, WebSocket };
  }

  /** Cuts every connection; neither side is told politely. */
  cut(): void {
    for (const socket of this.sockets) socket.cut();
  }
}

export class FakeSocket implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  private session: FakeSession | undefined;
  private over = false;

  constructor(
    private readonly world: World,
    readonly url: string,
    readonly protocols: readonly string[],
  ) {
    world.sockets.push(this);
    queueMicrotask(() => this.begin());
  }

  send(text: string): void {
    if (!this.over) this.session?.command(JSON.parse(text));
  }

  close(): void {
    this.leave();
  }

  cut(): void {
    this.end(1006, '');
  }

  private begin(): void {
    if (this.over) return;
    if (!this.world.reachable) {
      this.end(1006, '');
      return;
    }
    const peer = {
      send: (data: string) => queueMicrotask(() => !this.over && this.onmessage?.({ data })),
      close: (code: number, reason: string) => queueMicrotask(() => this.end(code, reason)),
    };
    this.session = this.world.server.accept(peer, this.url, this.protocols);
  }

  private end(code: number, reason: string): void {
    if (this.over) return;
    this.leave();
    this.onclose?.({ code, reason });
  }

  private leave(): void {
    this.over = true;
    if (this.session !== undefined) this.world.server.leave(this.session);
  }
}
