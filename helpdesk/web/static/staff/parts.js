// The parts of the page that the server renders again: the lists, and the open talk.

import { get } from "./http.js";
import { morph } from "./morph.js";

const NEAR_END = 60;

/** Looks again at a part: once at a time, and once more if asked meanwhile. */
class Part {
  #id;
  #path;
  #changed;
  #isBusy = false;
  #isDue = false;

  constructor(id, path, changed) {
    this.#id = id;
    this.#path = path;
    this.#changed = changed;
  }

  async refresh() {
    this.#isDue = true;
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    while (this.#isDue) {
      this.#isDue = false;
      const answer = await get(this.#path);
      if (answer) {
        this.#show(await answer.text());
      }
    }
    this.#isBusy = false;
  }

  #show(html) {
    const fresh = new DOMParser().parseFromString(html, "text/html").getElementById(this.#id);
    if (fresh) {
      morph(document.getElementById(this.#id), fresh);
      this.#changed();
    }
  }
}

/** `customer`: whose talk is open, or undefined. `changed` is called after each swap. */
export function partsOf(customer, { deskChanged, talkChanged }) {
  const key = encodeURIComponent(customer ?? "");
  let wasAtEnd = true;
  const lines = () => document.getElementById("lines");
  const toEnd = () => lines()?.scrollTo(0, lines().scrollHeight);
  const measure = ({ target }) => {
    if (target.id === "lines") {
      wasAtEnd = target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_END;
    }
  };
  const keepEnd = () => wasAtEnd && toEnd();
  document.addEventListener("scroll", measure, { capture: true, passive: true });
  if (lines()) {
    // The composer below grows and shrinks.
    new ResizeObserver(keepEnd).observe(lines());
  }
  toEnd();
  const talkShown = () => {
    keepEnd();
    talkChanged();
  };
  return {
    desk: new Part("desk", `/fragments/desk?talk=${key}`, deskChanged),
    talk: customer ? new Part("open-talk", `/fragments/talks/${key}`, talkShown) : null,
    toEnd,
  };
}
