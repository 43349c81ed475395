/**
 * StickToBottom: follows growing content as long as the reader is at its end; otherwise says that there is more.
 *
 * `unseen` is told whenever content arrived below what the reader sees, and when the reader came back to the end.
 */

/** Within this distance of the end, the reader is at the end. */
const toleranceInPixels = 48;

export class StickToBottom {
  private sticking = true;

  constructor(
    private readonly scroller: HTMLElement,
    private readonly unseen: (unseen: boolean) => void,
  ) {
    scroller.addEventListener('scroll', () => this.look(), { passive: true });
    const observer = new ResizeObserver(() => this.follow());
    for (const observed of [scroller, ...scroller.children]) observer.observe(observed);
  }

  /** Goes to the end and stays there. */
  jump(): void {
    this.sticking = true;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.unseen(false);
  }

  /** Something new was written at the end. */
  arrived(): void {
    if (!this.sticking) this.unseen(true);
  }

  private follow(): void {
    if (this.sticking) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  private look(): void {
    this.sticking = this.isAtEnd();
    if (this.sticking) this.unseen(false);
  }

  private isAtEnd(): boolean {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight <= toleranceInPixels;
  }
}
