// LINE's message objects as nodes. Text only ever becomes text nodes.

import { controlFor, linkTo, openable } from "./actions.js";
import { flexNode } from "./flex.js";
import { node } from "./nodes.js";
import { stickerLabel } from "./stickers.js";

// Only characters that an address may hold, so that Japanese text may follow it directly.
const ADDRESS = /https?:\/\/[\w\-.~:/?#[\]@!$&'()*+,;=%]+/g;
const PUNCTUATION_AFTER = /[.,;:!?'\])]+$/;
const ATTACHMENTS = { image: "画像", video: "動画", audio: "音声", file: "ファイル", location: "位置情報" };

export function messageNode(message, act) {
  switch (message.type) {
    case "text":
    case "textV2":
      return bubble(...linked(message.text ?? ""));
    case "sticker":
      return node("div", "sticker", stickerLabel(message));
    case "template":
      return templateNode(message.template ?? {}, act) ?? alternative(message);
    case "flex":
      return flexNode(message.contents ?? {}, act) ?? alternative(message);
    default:
      return message.type in ATTACHMENTS ? attachment(message) : alternative(message);
  }
}

function bubble(...children) {
  return node("div", "bubble", ...children);
}

function alternative(message) {
  return bubble(...linked(message.altText || "この見本では表示できないメッセージです。"));
}

function linked(text) {
  const parts = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const shown = match[0].replace(PUNCTUATION_AFTER, "");
    const address = openable(shown);
    if (address) {
      parts.push(text.slice(done, match.index), linkTo(address, shown));
      done = match.index + shown.length;
    }
  }
  return [...parts, text.slice(done)];
}

function attachment(message) {
  const box = bubble(node("strong", "", ATTACHMENTS[message.type]));
  box.classList.add("attachment");
  box.dataset.kind = message.type;
  const details = [message.fileName, message.title, message.address];
  for (const detail of details.filter(Boolean)) {
    box.append(node("span", "detail", detail));
  }
  const address = openable(message.originalContentUrl);
  if (address) {
    box.append(linkTo(address, "開く"));
  }
  return box;
}

function templateNode(template, act) {
  switch (template.type) {
    case "buttons":
    case "confirm":
      return card(template, act, template.type);
    case "carousel":
      return node("div", "carousel", ...(template.columns ?? []).map((column) => card(column, act, "buttons")));
    default:
      return null;
  }
}

function card({ thumbnailImageUrl, title, text, actions }, act, kind) {
  const box = node("div", `card ${kind}`);
  if (thumbnailImageUrl) {
    box.append(node("div", "picture", "画像"));
  }
  if (title) {
    box.append(node("p", "card-title", title));
  }
  box.append(node("p", "card-text", text ?? ""));
  const controls = (actions ?? []).map((action) => controlFor(action, act, "card-button"));
  box.append(node("div", "card-buttons", ...controls));
  return box;
}
