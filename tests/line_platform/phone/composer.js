// What the customer sends from below the talk: text, edits, stickers and other things.

import { STICKERS } from "./stickers.js";

const IME_KEY = 229;
const LONGEST = 5_000;
const THINGS = [
  ...STICKERS.map(({ label, keywords }) => ({ label, event: { type: "sticker", keywords }, isSticker: true })),
  { label: "画像", event: { type: "image" } },
  { label: "動画", event: { type: "video" } },
  { label: "音声", event: { type: "audio" } },
  { label: "ファイル", event: { type: "file" } },
  { label: "位置情報", event: { type: "location" } },
];

export class Composer {
  #form = document.getElementById("composer");
  #box = document.getElementById("text");
  #more = document.getElementById("more");
  #extras = document.getElementById("extras");
  #editing = document.getElementById("editing");
  #note = document.getElementById("note");
  #send;
  #edited = null;

  /** `send(event)` resolves to whether the platform has taken the event. */
  constructor(send) {
    this.#send = send;
    this.#box.addEventListener("input", () => this.#refresh());
    this.#box.addEventListener("keydown", (event) => this.#onKey(event));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // Keeps the focus, and with it a phone's keyboard, in the text box.
    this.#form.querySelector(".send").addEventListener("mousedown", (event) => event.preventDefault());
    this.#more.addEventListener("click", () => this.#openExtras(this.#extras.hidden));
    this.#extras.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        this.#openExtras(false);
        this.#more.focus();
      }
    });
    document.getElementById("stop-editing").addEventListener("click", () => this.#stopEditing());
    this.#extras.append(...THINGS.map((thing) => this.#thing(thing)));
  }

  focus() {
    this.#box.focus();
  }

  tell(sentence) {
    this.#note.textContent = sentence;
  }

  allow(on) {
    for (const control of this.#form.elements) {
      control.disabled = !on;
    }
    if (!on) {
      this.#openExtras(false);
    }
  }

  clear() {
    this.#openExtras(false);
    this.#stopEditing();
  }

  fill(text) {
    this.#box.value = text;
    this.#refresh();
    this.focus();
  }

  edit(message) {
    this.#edited = message.id;
    this.#editing.hidden = false;
    this.fill(message.text);
  }

  #stopEditing() {
    this.#edited = null;
    this.#editing.hidden = true;
    this.#box.value = "";
    this.#refresh();
  }

  #thing({ label, event, isSticker }) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = isSticker ? "thing sticker" : "thing";
    button.append(label);
    if (isSticker) {
      button.setAttribute("aria-label", `スタンプ：${label}`);
    }
    button.addEventListener("click", () => {
      this.#openExtras(false);
      this.#more.focus();
      this.#send(event);
    });
    return button;
  }

  #openExtras(on) {
    this.#extras.hidden = !on;
    this.#more.setAttribute("aria-expanded", String(on));
    if (on) {
      this.#extras.firstElementChild.focus();
    }
  }

  // Safari reports the Enter that ends a conversion with isComposing false, but key code 229.
  #onKey(event) {
    if (event.key === "Escape" && this.#edited && !event.isComposing) {
      this.#stopEditing();
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === IME_KEY) {
      return;
    }
    event.preventDefault();
    this.#submit();
  }

  async #submit() {
    const text = this.#box.value;
    const isTooLong = text.length > LONGEST;
    this.tell(isTooLong ? "5,000文字まで送れます。" : "");
    if (isTooLong || !text.trim()) {
      return;
    }
    const edited = this.#edited;
    this.#stopEditing();
    const event = edited ? { type: "edit", message_id: edited, text } : { type: "text", text };
    // What could not be sent is given back, unless another text has been begun.
    if (!(await this.#send(event)) && !this.#box.value) {
      this.#box.value = text;
      this.#refresh();
    }
  }

  #refresh() {
    // Measured from one row again, so that the box also shrinks.
    this.#box.style.height = "auto";
    const border = this.#box.offsetHeight - this.#box.clientHeight;
    this.#box.style.height = `${this.#box.scrollHeight + border}px`;
  }
}
