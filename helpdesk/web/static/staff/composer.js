// The answer that is being written: draft, quotation, the sign of typing.

import { post } from "./http.js";

const TYPING_EVERY = 3_000;
let customer = "";
let typedAt = 0;

const box = () => document.getElementById("text");
const quoting = () => document.getElementById("quoting");
const keyOf = (field) => `draft:${customer}:${field}`;

export function startComposer(openCustomer) {
  customer = openCustomer;
  document.addEventListener("input", ({ target }) => {
    if (target.dataset.draft) {
      keep(target.dataset.draft, target.value);
    }
    if (target.id === "text") {
      showTyping();
    }
  });
  document.addEventListener("click", onClick);
  restoreDrafts();
}

/** Puts back what was typed, into fields that are new on the page. */
export function restoreDrafts() {
  for (const field of document.querySelectorAll("[data-draft]")) {
    field.value ||= sessionStorage.getItem(keyOf(field.dataset.draft)) ?? "";
  }
  const kept = sessionStorage.getItem(keyOf("quotes"));
  if (kept && quoting()?.hidden) {
    const line = document.querySelector(`[data-quote="${CSS.escape(kept)}"]`);
    line && quote(line);
  }
}

/** After it was sent. */
export function clearDraft(form) {
  for (const field of form.querySelectorAll("[data-draft]")) {
    field.value = "";
    keep(field.dataset.draft, "");
  }
  if (form.id === "composer") {
    unquote();
    typedAt = 0;
    box().focus();
  }
}

/** Shows or hides the button that sends in spite of a warning. */
export function offerAnyway(isOffered) {
  const button = document.getElementById("anyway");
  if (button) {
    button.hidden = !isOffered;
  }
}

/** Where the caret is, or what is selected: for `insert`, after the focus was elsewhere. */
export function caret() {
  const field = box();
  return field && [field.selectionStart, field.selectionEnd];
}

/** Puts a text in the place that `caret` told. */
export function insert(text, [start, end]) {
  const field = box();
  field.focus();
  field.setRangeText(text, start, end, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function keep(field, value) {
  if (value) {
    sessionStorage.setItem(keyOf(field), value);
  } else {
    sessionStorage.removeItem(keyOf(field));
  }
}

function showTyping() {
  if (Date.now() - typedAt > TYPING_EVERY && box().value) {
    typedAt = Date.now();
    post(`/talks/${encodeURIComponent(customer)}/typing`);
  }
}

function onClick(event) {
  const link = event.target.closest("[data-quote], #unquote");
  if (!link || !quoting()) {
    return;
  }
  event.preventDefault();
  if (link.id === "unquote") {
    unquote();
  } else {
    quote(link);
  }
  box().focus();
}

function quote(link) {
  quoting().hidden = false;
  quoting().querySelector("input").value = link.dataset.quote;
  quoting().querySelector(".quoted").textContent = link.dataset.text;
  keep("quotes", link.dataset.quote);
}

function unquote() {
  quoting().hidden = true;
  quoting().querySelector("input").value = "";
  keep("quotes", "");
}
