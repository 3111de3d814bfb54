// Counts checks and prints one TAP line for each.

/** A check that did not hold; its message says what was seen. */
export class Failed extends Error {}

/** Throws unless `held`. */
export function must(held, message) {
  if (!held) throw new Failed(message);
}

/** Collects the outcome of named checks. */
export class Report {
  #passed = 0;
  #failed = 0;

  /** Runs one check; a check that fails does not keep the next from running. */
  async check(name, work) {
    try {
      await work();
      this.#passed += 1;
      console.log(`ok ${this.#count} - ${name}`);
    } catch (cause) {
      this.#fail(name, cause);
    }
  }

  /** Runs a group of checks; what fails between them is one failure more. */
  async group(name, work) {
    console.log(`# ${name}`);
    try {
      await work();
    } catch (cause) {
      this.#fail(`${name}: ran to its end`, cause);
    }
  }

  /** Prints the plan and the closing line; true when every check passed and there was one. */
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
    const text = cause instanceof Failed ? cause.message : (cause?.stack ?? String(cause));
    for (const line of text.split("\n")) console.log(`#   ${line}`);
  }
}
