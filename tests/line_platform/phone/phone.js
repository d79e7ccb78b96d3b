// The phone of a customer: joins the people, the talk, the menu and the composer.

import { controlFor } from "./actions.js";
import { Composer } from "./composer.js";
import { Lab } from "./lab.js";
import { Log } from "./log.js";
import { Menu } from "./menu.js";
import { keyOf, nameOf, showPeople, strangersName } from "./people.js";
import { platform, Refused, Unreachable, watch } from "./platform.js";

// Unsending and editing change entries that are already shown, so the last ones are asked for again.
const ASKED_AGAIN = 200;
const RETRY_AFTER = 3_000;
const LOW_SCREEN = 500;
const LOADING_CHECKED_AFTER = 2_000;

const at = (id) => document.getElementById(id);
const log = new Log(act, openBubbleMenu);
const menu = new Menu(act);
const composer = new Composer(send);
const lab = new Lab();

let users = [];
let person = null;
let lastPlayed = "";
let stopWatching = () => {};
let answeredChips = null;
let chipsShown = "";
let sending = Promise.resolve();
let refreshing = null;
let isStale = false;
let wasLost = false;
let loadingEnds;

/* The person */

async function start() {
  try {
    users = await platform.users();
  } catch {
    at("unreachable").hidden = false;
    setTimeout(start, RETRY_AFTER);
    return;
  }
  const wanted = decodeURIComponent(location.hash.slice(1));
  const found = users.find((user) => keyOf(user) === wanted || user.name === wanted) ?? users[0];
  if (!found) {
    await addStranger();
  } else if (wanted === keyOf(found)) {
    become(found);
  } else {
    location.replace(`#${encodeURIComponent(keyOf(found))}`);
  }
}

function become(chosen) {
  stopWatching();
  if (keyOf(chosen) !== lastPlayed) {
    composer.clear();
  }
  lastPlayed = keyOf(chosen);
  person = chosen;
  wasLost = false;
  log.clear();
  menu.show(null);
  menu.open(innerHeight >= LOW_SCREEN);
  composer.tell("");
  showChips(null);
  showPeople(users, person);
  at("who-name").textContent = nameOf(person);
  at("as").textContent = `${nameOf(person)}として`;
  document.title = `${nameOf(person)} - LINEの見本`;
  openPanel(false);
  stopWatching = watch(person.user_id, { changed: refresh, lost });
}

async function addStranger() {
  try {
    const { user_id: id } = await platform.addUser(strangersName(users));
    location.hash = encodeURIComponent(id);
  } catch {
    composer.tell("加えられませんでした。もう一度お試しください。");
  }
}

/* What the platform knows */

// One at a time: a change during a refresh leads to exactly one more.
function refresh() {
  isStale = true;
  refreshing ??= (async () => {
    while (isStale && person) {
      isStale = false;
      await takeChat();
    }
    refreshing = null;
  })();
}

async function takeChat() {
  const asked = person;
  const after = wasLost ? 0 : Math.max(0, (log.newest?.n ?? 0) - ASKED_AGAIN);
  try {
    const chat = await platform.chat(asked.user_id, after);
    if (asked === person) {
      show(chat);
    } else {
      isStale = true;
    }
  } catch (problem) {
    onProblem(problem, asked);
  }
}

function show(chat) {
  at("unreachable").hidden = true;
  // It may have been started anew since, with nothing said yet.
  if (wasLost) {
    wasLost = false;
    log.clear();
  }
  log.show(chat.entries);
  watchLoading(Boolean(chat.loading));
  menu.show(chat.menu);
  showChips(log.newest);
  showBlocked(Boolean(chat.blocked));
  lab.refresh();
}

function lost() {
  wasLost = true;
  at("unreachable").hidden = false;
}

function onProblem(problem, asked) {
  if (problem instanceof Unreachable) {
    lost();
  }
  // The platform was started anew and no longer knows a stranger.
  if (problem instanceof Refused && problem.status === 404 && asked === person) {
    stopWatching();
    person = null;
    start();
  }
}

// The sign ends by itself after a while, which the platform need not report.
function watchLoading(on) {
  log.showLoading(on);
  clearTimeout(loadingEnds);
  if (on) {
    loadingEnds = setTimeout(refresh, LOADING_CHECKED_AFTER);
  }
}

function showBlocked(isBlocked) {
  at("blocked").hidden = !isBlocked;
  at("follow").textContent = isBlocked ? "ブロック解除" : "友だち追加";
  at("unfollow").disabled = isBlocked;
  composer.allow(!isBlocked);
  menu.allow(!isBlocked);
  if (Boolean(person.blocked) !== isBlocked) {
    person.blocked = isBlocked;
    showPeople(users, person);
  }
}

// Quick replies stand only under the newest message, until one of them is pressed.
function showChips(newest) {
  const items = newest && newest.n !== answeredChips && !newest.unsent ? (newest.message.quickReply?.items ?? []) : [];
  const shown = JSON.stringify(items);
  if (shown === chipsShown) {
    return;
  }
  chipsShown = shown;
  const answer = (action) => {
    answeredChips = newest.n;
    showChips(newest);
    composer.focus();
    act(action);
  };
  at("chips").hidden = items.length === 0;
  at("chips").replaceChildren(...items.map(({ action }) => controlFor(action, answer, "chip")));
}

/* What the customer does */

// In the order in which they were pressed; resolves to whether the platform has taken it.
function send(event) {
  if (!person) {
    return Promise.resolve(false);
  }
  const { user_id: id } = person;
  const sent = sending.then(async () => {
    try {
      await platform.send(id, event);
      composer.tell("");
      return true;
    } catch {
      composer.tell("送れませんでした。もう一度お試しください。");
      return false;
    }
  });
  sending = sent;
  return sent;
}

function act(action) {
  switch (action.type) {
    case "postback":
      takeInput(action);
      return send({ type: "postback", data: action.data, displayText: action.displayText ?? action.text });
    case "message":
      return send({ type: "text", text: action.text });
    case "location":
      return send({ type: "location" });
    case "clipboard":
      return navigator.clipboard.writeText(action.clipboardText);
    default:
      return send({ type: "image" });
  }
}

function takeInput({ inputOption, fillInText }) {
  if (inputOption === "openRichMenu" || inputOption === "closeRichMenu") {
    menu.open(inputOption === "openRichMenu");
  } else if (inputOption === "openKeyboard") {
    composer.fill(fillInText ?? "");
  }
}

function openBubbleMenu({ message }, place) {
  const popup = at("bubble-menu");
  at("edit").hidden = message.type !== "text";
  at("unsend").onclick = () => {
    popup.hidePopover();
    send({ type: "unsend", message_id: message.id });
  };
  at("edit").onclick = () => {
    popup.hidePopover();
    composer.edit(message);
  };
  popup.showPopover();
  const { left, right, top, bottom } = place.getBoundingClientRect();
  const fitsBelow = bottom + popup.offsetHeight < innerHeight;
  popup.style.left = `${Math.max(8, Math.min((left + right - popup.offsetWidth) / 2, innerWidth - popup.offsetWidth - 8))}px`;
  popup.style.top = `${fitsBelow ? bottom : Math.max(8, top - popup.offsetHeight)}px`;
  at("unsend").focus();
}

/* The panel, which covers the phone where there is no room beside it */

function openPanel(on) {
  document.body.classList.toggle("panel-open", on);
  at("who").setAttribute("aria-expanded", String(on));
  at("phone").inert = on;
  if (on) {
    at("panel-close").focus();
  }
}

function closePanel() {
  openPanel(false);
  at("who").focus();
}

at("who").addEventListener("click", () => openPanel(true));
at("panel-close").addEventListener("click", closePanel);
at("panel").addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("panel-open")) {
    closePanel();
  }
});
// Wide enough for both: nothing is covered.
matchMedia("(min-width: 45.01rem)").addEventListener("change", () => openPanel(false));
at("people").addEventListener("click", (event) => {
  if (event.target.closest("[aria-current]")) {
    openPanel(false);
  }
});
at("skip").addEventListener("click", () => composer.focus());
at("stranger").addEventListener("click", addStranger);
at("unfollow").addEventListener("click", () => send({ type: "unfollow" }));
for (const id of ["follow", "first-follow", "unblock"]) {
  at(id).addEventListener("click", () => send({ type: "follow" }));
}
// A phone's keyboard leaves no room for the menu.
at("text").addEventListener("focus", () => matchMedia("(pointer: coarse)").matches && menu.open(false));
addEventListener("hashchange", start);
start();
