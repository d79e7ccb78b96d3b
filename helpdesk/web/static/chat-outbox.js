// The customer's messages on their way: kept in the browser until the server has them.

const KEY = "helpdesk.outbox";
const WAITING_AFTER = 1_500;
const AWAY_AFTER = 3_500;
const GIVE_UP_AFTER = 20_000;
const FIRST_RETRY = 1_500;
const LAST_RETRY = 30_000;
const MAY_WORK_LATER = [408, 425, 429];

/**
 * Sends in order, one at a time. An entry is {client_id, shown, body, at}: `body` holds
 * `text` or `data`, `shown` is what stands in the bubble.
 *
 * The listener is told: waiting(entry), taken(entry, answer), rejected(entry, sentence),
 * added(entry) by another tab, away() once per absence, and back() when all is sent.
 */
export class Outbox {
  #listener;
  #kept = [];
  #isBusy = false;
  #isAway = false;
  #retry = null;
  #delay = FIRST_RETRY;

  constructor(listener) {
    this.#listener = listener;
    addEventListener("online", () => this.retryNow());
    addEventListener("storage", (event) => {
      if (event.key === KEY) {
        this.#compare(parsed(event.oldValue), parsed(event.newValue));
      }
    });
  }

  get entries() {
    try {
      return parsed(localStorage.getItem(KEY));
    } catch {
      return this.#kept;
    }
  }

  set entries(entries) {
    this.#kept = entries;
    try {
      localStorage.setItem(KEY, JSON.stringify(entries));
    } catch {
      // Storage is off: the messages are kept as long as the page stays open.
    }
  }

  add(entry) {
    this.entries = [...this.entries, entry];
    this.flush();
  }

  drop(entry) {
    this.entries = this.entries.filter((other) => other.client_id !== entry.client_id);
  }

  retryNow() {
    this.#delay = FIRST_RETRY;
    this.flush();
  }

  async flush() {
    clearTimeout(this.#retry);
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    while (this.entries.length && (await this.#deliver(this.entries[0])));
    this.#isBusy = false;
    if (this.entries.length) {
      this.#retry = setTimeout(() => this.flush(), this.#delay * (1 + Math.random() / 4));
      this.#delay = Math.min(this.#delay * 2, LAST_RETRY);
    } else if (this.#isAway) {
      this.#isAway = false;
      this.#listener.back();
    }
  }

  /** False if the server is away. */
  async #deliver(entry) {
    const slow = setTimeout(() => this.#listener.waiting(entry), WAITING_AFTER);
    const away = setTimeout(() => this.#tellAway(), AWAY_AFTER);
    const outcome = await deliver(entry);
    clearTimeout(slow);
    clearTimeout(away);
    if (outcome.isAway) {
      this.#tellAway();
      return false;
    }
    this.drop(entry);
    this.#delay = FIRST_RETRY;
    if (outcome.isTaken) {
      this.#listener.taken(entry, outcome.answer);
    } else {
      this.#listener.rejected(entry, outcome.answer?.error);
    }
    return true;
  }

  #tellAway() {
    this.entries.forEach((entry) => this.#listener.waiting(entry));
    if (!this.#isAway) {
      this.#isAway = true;
      this.#listener.away();
    }
  }

  #compare(before, after) {
    const has = (list, entry) => list.some((other) => other.client_id === entry.client_id);
    after.filter((entry) => !has(before, entry)).forEach((entry) => this.#listener.added(entry));
    before.filter((entry) => !has(after, entry)).forEach((entry) => this.#listener.taken(entry, {}));
  }
}

/** A new session, after the server has said 401. */
export async function renewSession() {
  const answer = await fetch("/chat/session", { method: "POST" });
  return answer.ok;
}

async function deliver(entry) {
  try {
    let answer = await post(entry);
    if (answer.status === 401 && (await renewSession())) {
      answer = await post(entry);
    }
    const isAway = answer.status >= 500 || answer.status === 401 || MAY_WORK_LATER.includes(answer.status);
    const body = isAway ? null : await answer.json().catch(() => null);
    return { isAway, isTaken: answer.ok, answer: body };
  } catch {
    return { isAway: true };
  }
}

async function post(entry) {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), GIVE_UP_AFTER);
  try {
    return await fetch("/chat/messages", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ ...entry.body, client_id: entry.client_id }),
      signal: limit.signal,
    });
  } finally {
    clearTimeout(timer);
  }
}

function parsed(stored) {
  try {
    const entries = JSON.parse(stored ?? "[]");
    return Array.isArray(entries) ? entries.filter((entry) => entry?.client_id && entry.body) : [];
  } catch {
    return [];
  }
}
