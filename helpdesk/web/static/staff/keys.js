// The keyboard: single keys outside of fields, Ctrl with a key inside them too.

import { openCanned } from "./canned.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const help = document.getElementById("help");

export function watchKeys() {
  document.addEventListener("keydown", onKey);
  document.getElementById("help-open").addEventListener("click", () => help.showModal());
  document.addEventListener("click", (event) => event.target.closest("#canned-open") && openCanned());
}

function onKey(event) {
  if (event.isComposing || event.altKey || event.metaKey || document.querySelector("dialog[open]")) {
    return;
  }
  const field = event.target.closest(FIELDS);
  const isDone = event.ctrlKey ? withControl(event, field) : field ? inField(event, field) : outside(event);
  if (isDone) {
    event.preventDefault();
  }
}

function withControl({ key }, field) {
  if (key === "/") {
    openCanned();
    return true;
  }
  if (key === "Enter" && field?.form) {
    field.form.requestSubmit(field.form.querySelector("#send"));
    return true;
  }
  return false;
}

function inField({ key }, field) {
  if (key === "Escape") {
    field.closest("details.pop")?.removeAttribute("open");
    field.blur();
    return true;
  }
  return false;
}

function outside({ key, target, repeat }) {
  const inLists = target.closest(".lists");
  const step = { j: 1, k: -1, ...(inLists && { ArrowDown: 1, ArrowUp: -1 }) }[key];
  if (step) {
    move(step);
    return true;
  }
  if (repeat) {
    return false;
  }
  if (key === "?") {
    help.showModal();
    return true;
  }
  if (key === "/") {
    openCanned();
    return true;
  }
  if (key === "r") {
    return press(document.getElementById("text"));
  }
  return press(target.closest(".row")?.querySelector(`.row-act button`) && key === "t"
    ? target.closest(".row").querySelector(".row-act button")
    : document.querySelector(`#open-talk [data-key="${CSS.escape(key)}"]`));
}

function move(step) {
  const links = [...document.querySelectorAll(".lists .row-link")].filter((link) => link.checkVisibility());
  const from = document.activeElement.closest(".row")?.querySelector(".row-link")
    ?? document.querySelector(".row-link[aria-current]");
  const next = from ? links.indexOf(from) + step : step > 0 ? 0 : links.length - 1;
  links[Math.max(0, Math.min(links.length - 1, next))]?.focus();
}

/** Presses a button, opens a <details> at its first field, or goes to a field. */
function press(element) {
  if (!element) {
    return false;
  }
  if (element.matches("summary")) {
    element.parentElement.open = true;
    (element.parentElement.querySelector("select, input:not([type=hidden])") ?? element).focus();
  } else if (element.matches("button")) {
    element.click();
  } else {
    element.focus();
  }
  return true;
}
