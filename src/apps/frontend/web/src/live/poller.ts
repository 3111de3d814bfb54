// Repeats a task: at a fixed interval while it succeeds, with increasing pauses while it fails.
import { retryDelay } from "./backoff";

/** The environment of a poller, replaced in tests. */
export interface Runtime {
  now(): number;
  random(): number;
  /** Calls back after a pause; the returned function cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** The browser's clock, random numbers and timer. */
export const BROWSER: Runtime = {
  now: () => Date.now(),
  random: () => Math.random(),
  after(ms, call) {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};

/** The work of each round, and the callbacks for its outcome. */
export interface Task {
  work(): Promise<void>;
  succeeded(): void;
  /** `retryAt`: when the next attempt starts, on the same clock as `now`. */
  failed(cause: unknown, retryAt: number): void;
}

/** Repeats a task without running two rounds at once. */
export class Poller {
  #failures = 0;
  #running = false;
  #paused = false;
  #again = false;
  #cancel: () => void = () => {};

  constructor(
    private readonly task: Task,
    private readonly intervalMs: number,
    private readonly runtime: Runtime = BROWSER,
  ) {}

  /** Starts a round now, or directly after the running one. */
  poke(): void {
    this.#cancel();
    if (this.#running) this.#again = true;
    else void this.#round();
  }

  /** Stops polling while paused; starts a round at once when resumed. */
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
      pause = retryDelay(this.#failures, this.runtime.random());
      this.task.failed(cause, this.runtime.now() + pause);
    } finally {
      this.#running = false;
    }
    if (this.#again) {
      this.#again = false;
      void this.#round();
    } else if (!this.#paused) {
      this.#cancel = this.runtime.after(pause, () => void this.#round());
    }
  }
}
