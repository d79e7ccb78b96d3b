// Ready answers: a search box whose choice goes in at the caret.

import { caret, insert } from "./composer.js";
import { get } from "./http.js";

const dialog = document.getElementById("canned");
const search = document.getElementById("canned-search");
const list = document.getElementById("canned-list");
const empty = document.getElementById("canned-empty");
let answers = [];
let chosen = 0;
let asked = 0;
let place = [0, 0];

export function openCanned() {
  if (!caret() || dialog.open) {
    return;
  }
  // A dialog that closes gives the focus back, but not always the caret.
  place = caret();
  search.value = "";
  dialog.showModal();
  look();
}

// Of several questions under way, only the answer to the last one is shown.
async function look() {
  asked += 1;
  const mine = asked;
  const answer = await get(`/canned?q=${encodeURIComponent(search.value)}`);
  if (answer && mine === asked) {
    answers = await answer.json();
    chosen = 0;
    show();
  }
}

function show() {
  list.replaceChildren(...answers.map(option));
  empty.hidden = answers.length > 0;
  mark();
}

function option({ title, text }, index) {
  const item = document.createElement("li");
  item.id = `canned-${index}`;
  item.setAttribute("role", "option");
  const name = document.createElement("strong");
  name.textContent = title;
  const words = document.createElement("span");
  words.textContent = text;
  item.append(name, words);
  item.addEventListener("click", () => take(index));
  return item;
}

function mark() {
  for (const [index, item] of [...list.children].entries()) {
    item.setAttribute("aria-selected", String(index === chosen));
  }
  search.setAttribute("aria-activedescendant", answers.length ? `canned-${chosen}` : "");
  list.children[chosen]?.scrollIntoView({ block: "nearest" });
}

function take(index) {
  const answer = answers[index];
  dialog.close();
  if (answer) {
    insert(answer.text, place);
  }
}

search.addEventListener("input", look);
search.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.isComposing) {
    return;
  }
  if (step && answers.length) {
    event.preventDefault();
    chosen = (chosen + step + answers.length) % answers.length;
    mark();
  } else if (event.key === "Enter") {
    event.preventDefault();
    take(chosen);
  }
});
