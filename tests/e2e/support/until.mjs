/**
 * Waiting for facts. A test never sleeps: it names what must become true, and what it was waiting
 * for is in the error if it does not. The deadline only ends a test that has failed already; no
 * test measures time.
 */

const deadlineMilliseconds = 60_000;

/** Settles as `promise` does, or rejects naming `what`. */
export async function soon(promise, what, describe = () => '') {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`waited in vain for ${what}\n${describe()}`)), deadlineMilliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Something that changes, and can be waited for to be in a state. */
export class Watched {
  #waiting = new Set();

  /** Call after every change. */
  changed() {
    for (const look of [...this.#waiting]) look();
  }

  /** Resolves with the first truthy answer of `fact`. */
  until(fact, what, describe) {
    const held = new Promise((resolve, reject) => {
      const look = () => {
        try {
          const answer = fact();
          if (!answer) return;
          this.#waiting.delete(look);
          resolve(answer);
        } catch (error) {
          this.#waiting.delete(look);
          reject(error);
        }
      };
      this.#waiting.add(look);
      look();
    });
    return soon(held, what, describe);
  }
}

/** A linear congruential generator: the seed is the whole sequence. */
export function randomFrom(seed) {
  let state = (seed * 2_654_435_761) % 2_147_483_648;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}
