// The web chat: joins the log, the composer, the outbox and the server's events.

import { Composer } from "./chat-composer.js";
import { Events } from "./chat-events.js";
import { Log } from "./chat-log.js";
import { Outbox } from "./chat-outbox.js";

const TELL_RECONNECTING_AFTER = 2_500;

const words = document.getElementById("words").dataset;
const lineState = document.getElementById("line-state");
const title = document.title;
const log = new Log(words);
const composer = new Composer(words, (text) => send(text, { text }));
const outbox = new Outbox({
  waiting: (entry) => mark(entry, "waiting"),
  added: (entry) => show(entry),
  taken: takenByServer,
  rejected: refusedByServer,
  away: tellAway,
  back: tellBack,
});

let awayLine = null;
let reconnectingSoon = null;
let unread = 0;

function send(shown, body) {
  const entry = { client_id: newId(), shown, body, at: log.now() };
  show(entry);
  outbox.add(entry);
}

function show(entry) {
  if (!log.find(entry.client_id)) {
    log.add({ from: "customer", text: entry.shown, at: entry.at, client_id: entry.client_id });
  }
}

function mark(entry, state) {
  const shown = log.find(entry.client_id);
  if (shown) {
    log.mark(shown, state);
  }
}

function takenByServer(entry, answer) {
  const shown = log.find(entry.client_id);
  if (shown) {
    log.mark(shown, "");
    if (answer?.at) {
      log.stamp(shown, answer.at);
    }
  }
}

// A refused text goes back to the text box; if that is in use, it stays in the log, marked.
function refusedByServer(entry, sentence) {
  const shown = log.find(entry.client_id);
  const isBack = "data" in entry.body || composer.giveBack(entry.shown);
  if (shown && isBack) {
    log.remove(shown);
  } else if (shown) {
    log.mark(shown, "failed");
  }
  composer.tell(sentence || words.rejected);
}

function tellAway() {
  awayLine = log.add({ from: "system", text: words.away });
}

function tellBack() {
  awayLine?.querySelector(".bubble").replaceChildren(words.back);
  awayLine = null;
}

function receive(message) {
  log.showTyping(false);
  log.add(message);
  if (document.hidden) {
    unread += 1;
    document.title = `(${unread}) ${title}`;
  }
}

function connected() {
  clearTimeout(reconnectingSoon);
  reconnectingSoon = null;
  lineState.textContent = "";
  outbox.retryNow();
}

function disconnected() {
  log.showTyping(false);
  reconnectingSoon ??= setTimeout(() => {
    lineState.textContent = words.reconnecting;
  }, TELL_RECONNECTING_AFTER);
}

function press(event) {
  const button = event.target.closest(".choice");
  if (!button) {
    return;
  }
  event.preventDefault();
  if (event.detail > 1) {
    return; // the second half of a double click
  }
  const label = button.textContent;
  send(label, button.dataset.data ? { data: button.dataset.data } : { text: label });
  if (button.disabled) {
    log.focus();
  }
}

// randomUUID exists on https only, and a demo may run on plain http.
function newId() {
  return crypto.randomUUID?.() ?? crypto.getRandomValues(new Uint32Array(4)).join("-");
}

// iOS lays its keyboard over the page instead of making the page smaller.
function fitToKeyboard() {
  const { visualViewport: view, document: page } = window;
  if (view && Math.abs(view.scale - 1) < 0.01) {
    page.documentElement.style.setProperty("--visible-height", `${view.height}px`);
    scrollTo(0, 0);
  }
}

document.getElementById("scroller").addEventListener("click", press);
visualViewport?.addEventListener("resize", fitToKeyboard);
document.addEventListener("visibilitychange", () => {
  if (!document.hidden) {
    unread = 0;
    document.title = title;
    outbox.retryNow();
  }
});

for (const entry of outbox.entries) {
  if (log.find(entry.client_id)) {
    outbox.drop(entry);
  } else {
    show(entry);
    mark(entry, "waiting");
  }
}
outbox.flush();

new Events(Number(document.getElementById("log").dataset.lastEventId) || 0, {
  message: receive,
  typing: (on) => log.showTyping(on),
  connected,
  disconnected,
});
