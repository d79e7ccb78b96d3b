// The log on the screen: entries, days, choices, the typing sign and scrolling.

import { fillBubble } from "./chat-text.js";

const NEAR_BOTTOM = 80;
const ZONE = { timeZone: "Asia/Tokyo" };
const DAY = new Intl.DateTimeFormat("ja-JP", { ...ZONE, month: "long", day: "numeric", weekday: "short" });
const TIME = new Intl.DateTimeFormat("ja-JP", { ...ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const LONGEST_TYPING = 60_000;

export class Log {
  #log = document.getElementById("log");
  #scroller = document.getElementById("scroller");
  #typing = document.getElementById("typing");
  #jump = document.getElementById("jump");
  #template = document.getElementById("entry-template");
  #words;
  #day = null;
  #lastAt = 0;
  #clockAhead = 0;
  #typingEnds = null;
  #isFollowing = true;

  constructor(words) {
    this.#words = words;
    const now = Date.parse(this.#log.dataset.now);
    this.#clockAhead = Number.isNaN(now) ? 0 : now - Date.now();
    for (const entry of this.#log.querySelectorAll(".entry")) {
      const card = JSON.parse(entry.dataset.card ?? "null");
      this.#finish(entry, entry.querySelector(".bubble").textContent, card);
    }
    this.#refreshChoices(Infinity);
    this.#followReader();
  }

  /** Shows a message at the end; the customer's own ones always come into view. */
  add({ from, text, at, id = "", buttons = [], client_id = "", card = null }) {
    const entry = this.#template.content.firstElementChild.cloneNode(true);
    Object.assign(entry.dataset, { from, id, at: at ?? this.now(), clientId: client_id });
    entry.querySelector(".speaker").textContent = this.#words[from];
    fillChoices(entry.querySelector(".choices"), buttons);
    const wasFollowing = this.#isFollowing || from === "customer";
    this.#finish(entry, text, card, true);
    this.#refreshChoices();
    if (wasFollowing) {
      this.toBottom();
    } else {
      this.#jump.hidden = false;
    }
    return entry;
  }

  /** The entry of a customer's message, or null. */
  find(clientId) {
    return this.#log.querySelector(`.entry[data-client-id="${CSS.escape(clientId)}"]`);
  }

  /** state: "waiting", "failed", or "" for sent. */
  mark(entry, state) {
    if (state) {
      entry.dataset.state = state;
    } else {
      delete entry.dataset.state;
    }
    entry.querySelector(".state").textContent = state ? this.#words[state] : "";
    this.#refreshChoices();
    this.#keepBottom();
  }

  stamp(entry, at) {
    const moment = new Date(at);
    if (Number.isNaN(moment.getTime())) {
      return;
    }
    entry.dataset.at = at;
    const time = entry.querySelector("time");
    time.dateTime = at;
    time.textContent = TIME.format(moment);
  }

  remove(entry) {
    entry.remove();
    this.#refreshChoices();
  }

  showTyping(on) {
    clearTimeout(this.#typingEnds);
    if (on && !this.#typing.firstChild) {
      this.#typing.append(document.getElementById("typing-template").content.cloneNode(true));
    } else if (!on) {
      this.#typing.replaceChildren();
    }
    if (on) {
      this.#typingEnds = setTimeout(() => this.showTyping(false), LONGEST_TYPING);
    }
    this.#keepBottom();
  }

  toBottom() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#isFollowing = true;
    this.#jump.hidden = true;
  }

  /** Takes the focus, so that it is not lost with a choice that was just switched off. */
  focus() {
    this.#scroller.focus({ preventScroll: true });
  }

  /** The moment by the server's clock as far as it is known, never before the last entry. */
  now() {
    return new Date(Math.max(Date.now() + this.#clockAhead, this.#lastAt)).toISOString();
  }

  #finish(entry, text, card, isNew = false) {
    const bubble = entry.querySelector(".bubble");
    if (entry.dataset.from === "customer") {
      bubble.textContent = text;
    } else {
      fillBubble(bubble, text, this.#words, card);
    }
    this.stamp(entry, entry.dataset.at);
    const moment = new Date(entry.dataset.at);
    const day = Number.isNaN(moment.getTime()) ? this.#day : DAY.format(moment);
    if (day !== this.#day) {
      const separator = document.createElement("p");
      separator.className = "day";
      separator.textContent = day;
      isNew ? this.#log.append(separator) : entry.before(separator);
      this.#day = day;
    }
    this.#lastAt = Math.max(this.#lastAt, moment.getTime() || 0);
    if (isNew) {
      this.#log.append(entry);
    }
  }

  // Only the newest choices may be pressed, and only until the customer has answered.
  // A change can only concern the last two groups.
  #refreshChoices(count = 2) {
    const groups = [...this.#log.querySelectorAll(".choices")];
    for (const group of groups.slice(-count)) {
      const answer = this.#answerTo(group.closest(".entry"));
      const isOpen = group === groups[groups.length - 1] && !answer;
      const said = answer?.querySelector(".bubble").textContent;
      for (const button of group.querySelectorAll(".choice")) {
        button.disabled = !isOpen;
        button.toggleAttribute("data-chosen", button.textContent === said);
      }
    }
  }

  #answerTo(entry) {
    let next = entry.nextElementSibling;
    while (next && (next.dataset.from !== "customer" || next.dataset.state === "failed")) {
      next = next.nextElementSibling;
    }
    return next;
  }

  #followReader() {
    this.#scroller.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
      this.#isFollowing = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
      if (this.#isFollowing) {
        this.#jump.hidden = true;
      }
    });
    this.#jump.addEventListener("click", () => {
      this.toBottom();
      this.focus();
    });
    new ResizeObserver(() => this.#keepBottom()).observe(this.#scroller);
    // A conversation that was read before opens at its end, a new one at its beginning.
    if (this.#log.querySelector(".entry")) {
      this.toBottom();
    }
  }

  #keepBottom() {
    if (this.#isFollowing && this.#log.querySelector(".entry")) {
      this.toBottom();
    }
  }
}

function fillChoices(group, buttons) {
  if (!buttons?.length) {
    group.remove();
    return;
  }
  const blank = group.querySelector(".choice");
  const filled = buttons.map(({ label, data }) => {
    const button = blank.cloneNode();
    button.textContent = label;
    button.value = label;
    button.dataset.data = data ?? "";
    return button;
  });
  group.replaceChildren(...filled);
}
