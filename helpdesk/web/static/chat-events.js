// The server's messages as they come, through lost connections.

import { renewSession } from "./chat-outbox.js";

const FIRST_RETRY = 1_000;
const LAST_RETRY = 30_000;
// A phone that slept may hold a connection that is dead without knowing it.
const SLEPT = 30_000;

/** The listener is told: message(message), typing(on), connected(), disconnected(). */
export class Events {
  #listener;
  #after;
  #seen = new Set();
  #source = null;
  #retry = null;
  #delay = FIRST_RETRY;
  #hiddenSince = null;

  constructor(after, listener) {
    this.#after = after;
    this.#listener = listener;
    this.#open();
    addEventListener("online", () => this.#reopen());
    addEventListener("pagehide", () => this.#close());
    addEventListener("pageshow", (event) => event.persisted && this.#reopen());
    document.addEventListener("visibilitychange", () => this.#seenAgain());
  }

  #open() {
    const first = this.#after;
    const source = new EventSource(`/chat/events?after=${encodeURIComponent(first)}`);
    this.#source = source;
    source.addEventListener("open", () => {
      this.#delay = FIRST_RETRY;
      this.#listener.connected();
    });
    source.addEventListener("message", (event) => this.#take(event));
    source.addEventListener("typing", (event) => {
      const data = parsed(event.data);
      this.#listener.typing(Boolean(data?.on));
    });
    source.addEventListener("error", () => this.#lost(source));
  }

  #take(event) {
    const message = parsed(event.data);
    if (!message || this.#seen.has(message.id)) {
      return;
    }
    this.#seen.add(message.id);
    const id = Number(event.lastEventId || message.id);
    if (id > this.#after) {
      this.#after = id;
    }
    this.#listener.message(message);
  }

  // While it is "connecting" the browser tries again by itself, with Last-Event-ID.
  #lost(source) {
    if (source !== this.#source) {
      return;
    }
    this.#listener.disconnected();
    if (source.readyState === EventSource.CLOSED) {
      clearTimeout(this.#retry);
      this.#retry = setTimeout(() => this.#reopen(true), this.#delay * (1 + Math.random() / 4));
      this.#delay = Math.min(this.#delay * 2, LAST_RETRY);
    }
  }

  async #reopen(wasRefused = false) {
    clearTimeout(this.#retry);
    this.#close();
    if (wasRefused) {
      await this.#renewIfUnknown();
    }
    if (!this.#source) {
      this.#open();
    }
  }

  // EventSource hides the status, so a plain request asks for it.
  async #renewIfUnknown() {
    const request = new AbortController();
    try {
      const answer = await fetch(`/chat/events?after=${encodeURIComponent(this.#after)}`, {
        headers: { Accept: "text/event-stream" },
        signal: request.signal,
      });
      request.abort();
      if (answer.status === 401) {
        await renewSession();
      }
    } catch {
      // Still away: the new connection finds that out and is tried again.
    }
  }

  #seenAgain() {
    if (document.hidden) {
      this.#hiddenSince = Date.now();
    } else if (this.#hiddenSince && Date.now() - this.#hiddenSince > SLEPT) {
      this.#reopen();
    }
  }

  #close() {
    this.#source?.close();
    this.#source = null;
  }
}

function parsed(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
