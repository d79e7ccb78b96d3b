// The server's events, through lost connections.

import { get } from "./http.js";

const FIRST_RETRY = 1_000;
const LAST_RETRY = 15_000;

/** The listener is told: connected(), disconnected(), and each event by its name. */
export class Live {
  #address;
  #listener;
  #source = null;
  #delay = FIRST_RETRY;
  #retry = null;

  constructor(customer, listener) {
    this.#address = customer ? `/events?talk=${encodeURIComponent(customer)}` : "/events";
    this.#listener = listener;
    this.#open();
    // A page that is left must not hold one of the few connections to the server.
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => event.persisted && this.#open());
    addEventListener("online", () => this.#open());
  }

  #open() {
    this.#close();
    const source = new EventSource(this.#address);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#delay = FIRST_RETRY;
      this.#listener.connected();
    });
    for (const name of ["desk", "talk", "typing", "looking"]) {
      source.addEventListener(name, (event) => this.#listener[name](JSON.parse(event.data)));
    }
    source.addEventListener("error", () => this.#lost(source));
  }

  // While it is "connecting" the browser tries again by itself.
  #lost(source) {
    if (source !== this.#source) {
      return;
    }
    this.#listener.disconnected();
    if (source.readyState === EventSource.CLOSED) {
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#again(), this.#delay);
      this.#delay = Math.min(this.#delay * 2, LAST_RETRY);
    }
  }

  // EventSource hides the status: a plain request leads to the login if that is why.
  async #again() {
    await get("/fragments/desk");
    this.#open();
  }

  #close() {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = null;
  }
}
