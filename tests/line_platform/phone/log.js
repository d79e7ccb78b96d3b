// The messages on the screen: bubbles, days, the loading sign and scrolling.

import { messageNode } from "./messages.js";
import { node } from "./nodes.js";

const NEAR_BOTTOM = 80;
const ZONE = { timeZone: "Asia/Tokyo" };
const DAY = new Intl.DateTimeFormat("ja-JP", { ...ZONE, month: "long", day: "numeric", weekday: "short" });
const TIME = new Intl.DateTimeFormat("ja-JP", { ...ZONE, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const ACCOUNT = "いつでもヘルプ";

export class Log {
  #log = document.getElementById("log");
  #scroller = document.getElementById("scroller");
  #empty = document.getElementById("empty");
  #loading = document.getElementById("loading");
  #jump = document.getElementById("jump");
  #act;
  #openMenu;
  #shown = new Map();
  #newest = null;
  #isFollowing = true;
  #height = 0;

  /** `act(action)` is called for pressed buttons, `openMenu(entry, place)` for a customer's own messages. */
  constructor(act, openMenu) {
    this.#act = act;
    this.#openMenu = openMenu;
    this.#scroller.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    this.#jump.addEventListener("click", () => {
      this.#toBottom();
      this.#scroller.focus({ preventScroll: true });
    });
    new ResizeObserver(() => {
      this.#height = this.#scroller.clientHeight;
      this.#keepBottom();
    }).observe(this.#scroller);
  }

  clear() {
    this.#log.setAttribute("aria-live", "off");
    this.#log.replaceChildren();
    this.#shown.clear();
    this.#newest = null;
    this.#isFollowing = true;
    this.#empty.hidden = true;
    this.#jump.hidden = true;
    this.showLoading(false);
  }

  /** The newest entry, or null. */
  get newest() {
    return this.#newest;
  }

  /** Adds new entries and redraws those that were unsent or edited. */
  show(entries) {
    const isFirst = this.#shown.size === 0;
    for (const entry of entries) {
      const known = this.#shown.get(entry.n);
      const drawn = JSON.stringify(entry);
      if (!known) {
        this.#append(entry, drawn, isFirst);
      } else if (known.drawn !== drawn) {
        this.#redraw(known, entry, drawn);
      }
    }
    this.#empty.hidden = this.#shown.size > 0;
    this.#keepBottom();
    // A conversation that was read before is not read out again.
    requestAnimationFrame(() => this.#log.setAttribute("aria-live", "polite"));
  }

  showLoading(on) {
    if (on === Boolean(this.#loading.firstChild)) {
      return;
    }
    this.#loading.replaceChildren();
    if (on) {
      const dots = node("span", "dots", node("i", ""), node("i", ""), node("i", ""));
      this.#loading.append(dots, node("span", "sr-only", "返信を用意しています。"));
    }
    this.#keepBottom();
  }

  #append(entry, drawn, isFirst) {
    const previous = this.#newest;
    const isNewDay = !previous || dayOf(previous) !== dayOf(entry);
    if (isNewDay) {
      this.#log.append(node("li", "day", dayOf(entry)));
    }
    const isFollowUp = !isNewDay && !previous.unsent && previous.from === entry.from && previous.sender === entry.sender;
    const element = this.#element(entry, isFollowUp);
    this.#log.append(element);
    this.#shown.set(entry.n, { element, drawn, isFollowUp });
    this.#newest = entry;
    if (entry.from === "user" || isFirst) {
      this.#isFollowing = true;
    }
    this.#jump.hidden = this.#isFollowing;
  }

  #redraw(known, entry, drawn) {
    const wasEdited = !entry.unsent && entry.from === "user";
    const element = this.#element(entry, known.isFollowUp, wasEdited);
    known.element.replaceWith(element);
    Object.assign(known, { element, drawn });
    if (this.#newest.n === entry.n) {
      this.#newest = entry;
    }
  }

  #element(entry, isFollowUp, wasEdited = false) {
    if (entry.unsent) {
      return node("li", "day", "送信を取り消しました");
    }
    const isMine = entry.from === "user";
    const element = node("li", isMine ? "entry mine" : "entry theirs");
    element.classList.toggle("follow-up", isFollowUp);
    const speaker = isMine ? "あなた" : entry.sender || ACCOUNT;
    if (!isMine) {
      const mark = node("span", entry.sender && entry.sender !== ACCOUNT ? "mark person" : "mark", [...speaker][0]);
      mark.setAttribute("aria-hidden", "true");
      element.append(mark);
    }
    element.append(node("p", isMine ? "speaker sr-only" : "speaker", speaker));
    const content = messageNode(entry.message, this.#act);
    element.append(node("div", "row", content, this.#meta(entry, wasEdited)));
    if (isMine && entry.message.id) {
      content.addEventListener("contextmenu", (event) => {
        event.preventDefault();
        this.#openMenu(entry, content);
      });
    }
    return element;
  }

  #meta(entry, wasEdited) {
    const meta = node("div", "meta");
    if (entry.from === "user" && entry.message.id) {
      const more = node("button", "more", "⋯");
      more.type = "button";
      more.setAttribute("aria-label", "送信取消・編集");
      more.addEventListener("click", () => this.#openMenu(entry, more));
      meta.append(more);
    }
    const time = node("time", "", TIME.format(entry.at));
    time.dateTime = new Date(entry.at).toISOString();
    if (entry.from === "bot") {
      time.title = entry.how === "push" ? "プッシュ" : "返信";
    }
    meta.append(node("span", "stamp", wasEdited ? "編集ずみ" : "", time));
    return meta;
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    // The menu or the candidates opened just now; that is not the reader scrolling.
    if (clientHeight !== this.#height) {
      return;
    }
    this.#isFollowing = scrollHeight - scrollTop - clientHeight < NEAR_BOTTOM;
    if (this.#isFollowing) {
      this.#jump.hidden = true;
    }
  }

  #keepBottom() {
    if (this.#isFollowing) {
      this.#toBottom();
    }
  }

  #toBottom() {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#isFollowing = true;
    this.#jump.hidden = true;
  }
}

function dayOf(entry) {
  return DAY.format(entry.at);
}
