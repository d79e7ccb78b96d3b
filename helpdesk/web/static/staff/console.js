// The operators' console: joins the lists, the open talk, the keyboard and the events.

import { announce, lookAtLists } from "./alerts.js";
import { clearDraft, offerAnyway, restoreDrafts, startComposer } from "./composer.js";
import { sendForms } from "./forms.js";
import { words } from "./http.js";
import { watchKeys } from "./keys.js";
import { showButtons, watchLines } from "./lines.js";
import { Live } from "./live.js";
import { partsOf } from "./parts.js";
import { setClock, showWaits } from "./waits.js";

const SHOW_TYPING = 6_000;
const customer = document.getElementById("open-talk").dataset.customer;
const lineState = document.getElementById("line-state");
const parts = partsOf(customer, { deskChanged, talkChanged });
let typingEnds = null;
let isFirst = true;
let mayWrite = Boolean(document.getElementById("composer"));

function deskChanged() {
  setClock();
  lookAtLists();
  const { me } = document.getElementById("desk").dataset;
  for (const button of document.querySelectorAll("#statuses button")) {
    button.setAttribute("aria-pressed", String(button.value === me));
  }
}

function talkChanged() {
  restoreDrafts();
  showButtons();
  showWaits();
  const mayWriteNow = Boolean(document.getElementById("composer"));
  if (mayWriteNow && !mayWrite) {
    document.getElementById("text").focus();
  }
  mayWrite = mayWriteNow;
}

function refresh() {
  parts.desk.refresh();
  parts.talk?.refresh();
}

function done(form) {
  clearDraft(form);
  if (form.dataset.live === "say") {
    offerAnyway(false);
    parts.toEnd();
  } else {
    closeAround(form);
    announce(words.done);
  }
  refresh();
}

// An act that is done gives its place back, and leaves no reason for the next one.
function closeAround(form) {
  for (const field of form.querySelectorAll("input[name=reason]")) {
    field.value = "";
  }
  const details = form.closest("details");
  if (details && details.id !== "list-operators") {
    details.open = false;
  }
}

function refused(form, { body }) {
  if (form.dataset.live === "say") {
    offerAnyway(body.why === "ng_words");
  }
  if (body.why === "moved") {
    refresh();
  }
}

function showTyping(isTyping) {
  clearTimeout(typingEnds);
  const sign = document.getElementById("typing");
  if (sign) {
    sign.textContent = isTyping ? words.typing : "";
    typingEnds = setTimeout(() => showTyping(false), SHOW_TYPING);
  }
}

function showLooking(names) {
  const sign = document.getElementById("looking");
  if (sign) {
    sign.textContent = names.length ? names.join(words.and) + words.looking : "";
  }
}

sendForms({ done, refused });
startComposer(customer);
watchLines(customer);
watchKeys();
showButtons();
deskChanged();
if (mayWrite) {
  document.getElementById("text").focus({ preventScroll: true });
}

new Live(customer, {
  connected() {
    lineState.textContent = "";
    if (!isFirst) {
      refresh();
    }
    isFirst = false;
  },
  disconnected() {
    lineState.textContent = words.lost;
  },
  desk: () => parts.desk.refresh(),
  talk() {
    showTyping(false);
    parts.talk?.refresh();
  },
  typing: () => showTyping(true),
  looking: showLooking,
});
