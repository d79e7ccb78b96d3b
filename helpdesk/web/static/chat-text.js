// Turns a message's text into nodes: links, link buttons and texts to forward.

import { cardNode } from "./chat-card.js";
import { copyOnPress } from "./copy.js";

// Only characters that an address may hold, so that Japanese text may follow it directly.
const ADDRESS = /(^|[\s「（：])(\/(?:link\/|mypage|chat)[\w\-.~/?#&=%]*)|https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/gm;
const PUNCTUATION_AFTER = /[.,;:!?'\])]+$/;
const FORWARD_RULE = /^\s*[―─—━]{4,}\s*$/;

/** The blocks of a text: {kind: "text" | "forward", text} or {kind: "link", url, text}. */
export function blocksOf(text) {
  const blocks = [];
  let lines = [];
  const close = () => {
    const joined = lines.join("\n").replace(/^\n+|\s+$/g, "");
    if (joined) {
      blocks.push({ kind: "text", text: joined });
    }
    lines = [];
  };
  const all = text.split(/\r?\n/);
  for (let at = 0; at < all.length; at += 1) {
    const end = FORWARD_RULE.test(all[at]) ? all.findIndex((line, i) => i > at && FORWARD_RULE.test(line)) : -1;
    const alone = addressesIn(all[at].trim());
    if (end > at + 1) {
      close();
      blocks.push({ kind: "forward", text: all.slice(at + 1, end).join("\n").trim() });
      at = end;
    } else if (alone.length === 1 && alone[0].text === all[at].trim()) {
      close();
      blocks.push({ kind: "link", ...alone[0] });
    } else {
      lines.push(all[at]);
    }
  }
  close();
  return blocks;
}

/** The addresses in a text: {url, text, start}. */
export function addressesIn(text) {
  const found = [];
  for (const match of text.matchAll(ADDRESS)) {
    const [whole, before = "", path] = match;
    const address = (path ?? whole).replace(PUNCTUATION_AFTER, "");
    const url = parsed(address);
    if (url) {
      found.push({ url, text: address, start: match.index + before.length });
    }
  }
  return found;
}

function parsed(address) {
  try {
    const url = new URL(address, location.origin);
    return ["http:", "https:"].includes(url.protocol) ? url : null;
  } catch {
    return null;
  }
}

/** Fills a bubble with a text from the bot or an operator, or with a card in its place. */
export function fillBubble(bubble, text, words, card = null) {
  const nodes = card
    ? [cardNode(card), ...addressesIn(text).map((address) => linkButton(address, words))]
    : blocksOf(text).map((block) => nodeOf(block, words));
  bubble.replaceChildren(...nodes);
}

function nodeOf(block, words) {
  if (block.kind === "link") {
    return linkButton(block, words);
  }
  return block.kind === "forward" ? forwardBox(block.text, words) : paragraph(block.text, words);
}

function linkButton({ url, text }, words) {
  const link = linkTo(url, labelOf(url, words) ?? text, words);
  link.className = "link-button";
  return link;
}

function paragraph(text, words) {
  const element = document.createElement("p");
  let done = 0;
  for (const { url, text: address, start } of addressesIn(text)) {
    element.append(text.slice(done, start), linkTo(url, address, words));
    done = start + address.length;
  }
  element.append(text.slice(done));
  return element;
}

function linkTo(url, label, words) {
  const link = document.createElement("a");
  link.href = url.href;
  link.target = "_blank";
  link.rel = url.origin === location.origin ? "noopener" : "noopener noreferrer";
  const hint = document.createElement("span");
  hint.className = "sr-only";
  hint.textContent = words.newWindow;
  link.append(label, hint);
  return link;
}

// Only our own pages get a name: a foreign address must be seen for what it is.
function labelOf(url, words) {
  if (url.origin !== location.origin) {
    return null;
  }
  const labels = {
    "/link/holder": words.linkHolder,
    "/link/end-user": words.linkEndUser,
    "/mypage": words.mypage,
  };
  return labels[url.pathname.replace(/\/$/, "")] ?? null;
}

function forwardBox(text, words) {
  const box = document.createElement("div");
  box.className = "forward";
  const body = paragraph(text, words);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = words.copy;
  copyOnPress(button, body, text, { copied: words.copied, failed: words.copyFailed });
  box.append(body, button);
  return box;
}
