// Runs one piece of work again and again: steadily while it succeeds, ever more slowly while it fails.
import { retryDelay } from "./backoff";

/** What a poller needs from its surroundings; tests pass their own. */
export interface Surroundings {
  now(): number;
  random(): number;
  /** Calls back after a pause; the answer cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** The browser's own clock, chance and timer. */
export const BROWSER: Surroundings = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** What happens each round, and who hears how it went. */
export interface Task {
  work(): Promise<void>;
  succeeded(): void;
  /** `retryAt`: when the next attempt starts, on the same clock as `now`. */
  failed(cause: unknown, retryAt: number): void;
}

/** Never runs two rounds at once. */
export class Poller {
  #failures = 0;
  #running = false;
  #paused = false;
  #again = false;
  #cancel: () => void = () => {};

  constructor(
    private readonly task: Task,
    private readonly intervalMs: number,
    private readonly around: Surroundings = BROWSER,
  ) {}

  /** Starts a round at once, or right after the one under way. */
  poke(): void {
    this.#cancel();
    if (this.#running) this.#again = true;
    else void this.#round();
  }

  /** Stops asking while nobody looks; asks at once when somebody looks again. */
  setPaused(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    if (paused) this.#cancel();
    else this.poke();
  }

  async #round(): Promise<void> {
    this.#running = true;
    let pause = this.intervalMs;
    try {
      await this.task.work();
      this.#failures = 0;
      this.task.succeeded();
    } catch (cause) {
      this.#failures += 1;
      pause = retryDelay(this.#failures, this.around.random());
      this.task.failed(cause, this.around.now() + pause);
    } finally {
      this.#running = false;
    }
    if (this.#again) {
      this.#again = false;
      void this.#round();
    } else if (!this.#paused) {
      this.#cancel = this.around.after(pause, () => void this.#round());
    }
  }
}
