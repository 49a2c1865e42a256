// Asking while assumptions move: one request at a time, the newest waits, an older refinement is given up.

/** Draft and refinements of an answer. `ask(draws, signal)` asks, `show(data)` shows, `done(data)` follows the last, `refuse(error)` says what went wrong. */
export class Refining {
  #running = null; // {draws, controller}
  #wanted = false;

  constructor({ place, ask, show, refuse, done = () => {} }) {
    Object.assign(this, { place, ask, show, refuse, done });
    this.steps = place.dataset.steps.split(" ").map(Number);
  }

  /** Whether nothing is asked and nothing waits. */
  get idle() {
    return this.#running === null && !this.#wanted;
  }

  /** Ask anew: a draft is let through, a refinement is given up. */
  changed() {
    this.#wanted = true;
    if (this.#running === null) this.refine();
    else if (this.#running.draws > this.steps[0]) this.#running.controller.abort();
  }

  /** Ask anew in a while, if what went wrong is that the line is broken. */
  retry(error) {
    if (!error.code) setTimeout(() => this.#running === null && this.changed(), 2000);
  }

  /** Ask for the steps from one on: 0 is the draft. */
  async refine(first = 0) {
    this.place.classList.add("busy");
    let step = first;
    while (step < this.steps.length) {
      this.#wanted = false;
      const controller = new AbortController();
      this.#running = { draws: this.steps[step], controller };
      try {
        const data = await this.ask(this.steps[step], controller.signal);
        if (!this.#wanted || step === 0) this.show(data);
        step = this.#wanted ? 0 : step + 1;
        if (step === this.steps.length) this.done(data);
      } catch (error) {
        if (error.name !== "AbortError" && error.code !== "request-superseded") {
          this.refuse(error);
          if (!this.#wanted) break;
        }
        step = 0;
      }
    }
    this.#running = null;
    this.place.classList.remove("busy");
    if (this.#wanted) this.refine();
  }
}

/** Say what went wrong, in words. */
export function wordsOf(error) {
  return error.code ? `${error.message}. ${error.fix}.` : "The workbench does not answer; what you changed is kept, and goes when it is back.";
}
