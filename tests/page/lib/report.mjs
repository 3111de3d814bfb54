// Counts checks and prints a TAP line for each.

/** A failed check; its message is the observed state. */
export class CheckFailure extends Error {}

/** Throws unless `condition` is true. */
export function must(condition, message) {
  if (!condition) throw new CheckFailure(message);
}

/** Collects the outcomes of named checks. */
export class Report {
  #passed = 0;
  #failed = 0;

  /** Runs one check; after a failure, the next check runs nevertheless. */
  async check(name, work) {
    try {
      await work();
      this.#passed += 1;
      console.log(`ok ${this.#count} - ${name}`);
    } catch (cause) {
      this.#fail(name, cause);
    }
  }

  /** Runs a group of checks; an error outside a check is an additional failure. */
  async group(name, work) {
    console.log(`# ${name}`);
    try {
      await work();
    } catch (cause) {
      this.#fail(`${name}: completed`, cause);
    }
  }

  /** Prints the plan and the summary; returns whether there was a check and all passed. */
  close() {
    console.log(`1..${this.#count}`);
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0 && this.#passed > 0;
  }

  get #count() {
    return this.#passed + this.#failed;
  }

  #fail(name, cause) {
    this.#failed += 1;
    console.log(`not ok ${this.#count} - ${name}`);
    const text = cause instanceof CheckFailure ? cause.message : (cause?.stack ?? String(cause));
    for (const line of text.split("\n")) console.log(`#   ${line}`);
  }
}
