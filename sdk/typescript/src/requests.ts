/**
 * Requests: commands waiting for their ack.
 *
 * A request made while there is no connection waits for one; a request that a lost connection left
 * unanswered is sent again on the next. All commands made here may be carried out twice with the
 * same outcome. The timeout counts from the call, whatever the connection does meanwhile.
 */

import type { AckedCommandType, AckFields, Command, CommandFields } from './commands.js';
import { GoldenpathError } from './errors.js';
import type { AckFrame, ErrorFrame } from './frames.js';
import type { TimerHandle, Timers } from './ports.js';

interface Request {
  readonly command: Command;
  readonly timer: TimerHandle;
  readonly resolve: (ack: AckFrame) => void;
  readonly reject: (error: GoldenpathError) => void;
}

export class Requests {
  private readonly waiting = new Map<string, Request>();
  private nextId = 1;

  constructor(
    private readonly timers: Timers,
    private readonly timeoutMilliseconds: number,
    /** Sends if there is an open connection; otherwise does nothing. */
    private readonly send: (command: Command) => void,
  ) {}

  /** Rejects with the server's code, `timeout` or `client_closed`. */
  request<T extends AckedCommandType>(type: T, fields: CommandFields[T]): Promise<AckFields[T]> {
    const id = `request-${this.nextId++}`;
    const command = { ...fields, type, id } as unknown as Command;
    const answer = new Promise<AckFrame>((resolve, reject) => {
      const timer = this.timers.set(
        () => this.take(id)?.reject(new GoldenpathError('timeout', `no answer to ${type} in time`)),
        this.timeoutMilliseconds,
      );
      this.waiting.set(id, { command, timer, resolve, reject });
    });
    this.send(command);
    return answer as unknown as Promise<AckFields[T]>;
  }

  /** A connection opened: everything unanswered goes out, in the order it was asked. */
  resend(): void {
    for (const request of this.waiting.values()) this.send(request.command);
  }

  /** False if the frame answers none of these. */
  settle(frame: AckFrame | ErrorFrame): boolean {
    const request = frame.id === undefined ? undefined : this.take(frame.id);
    if (request === undefined) return false;
    if (frame.type === 'ack') request.resolve(frame);
    else request.reject(new GoldenpathError((frame as ErrorFrame).code, (frame as ErrorFrame).message));
    return true;
  }

  rejectAll(error: GoldenpathError): void {
    for (const id of [...this.waiting.keys()]) this.take(id)?.reject(error);
  }

  private take(id: string): Request | undefined {
    const request = this.waiting.get(id);
    if (request === undefined) return undefined;
    this.waiting.delete(id);
    this.timers.clear(request.timer);
    return request;
  }
}
