// The text box: grows, counts, tells of typing; Enter sends, but never ends a conversion.

const LONGEST = 5_000;
const COUNT_FROM = 4_500;
const IME_KEY = 229;
const TYPING_EVERY = 3_000;

export class Composer {
  #form = document.getElementById("composer");
  #box = document.getElementById("text");
  #note = document.getElementById("note");
  #counter = document.getElementById("counter");
  #words;
  #send;
  #typedAt = 0;

  constructor(words, send) {
    this.#words = words;
    this.#send = send;
    // The limit is told instead of enforced: a browser would cut a pasted text silently.
    this.#box.removeAttribute("maxlength");
    this.#box.addEventListener("input", () => {
      this.#refresh();
      this.#showTyping();
    });
    this.#box.addEventListener("keydown", (event) => this.#onKey(event));
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    // Keeps the focus, and with it a phone's keyboard, in the text box.
    this.#form.querySelector(".send").addEventListener("mousedown", (event) => event.preventDefault());
    this.#refresh();
  }

  tell(sentence) {
    this.#note.textContent = sentence;
  }

  /** Gives a text back to the writer; false if another one has been begun. */
  giveBack(text) {
    if (this.#box.value.trim()) {
      return false;
    }
    this.#box.value = text;
    this.#refresh();
    this.#box.focus();
    return true;
  }

  // Safari reports the Enter that ends a conversion with isComposing false, but key code 229.
  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === IME_KEY) {
      return;
    }
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const text = this.#box.value.trim();
    const problem = !text ? this.#words.empty : lengthOf(text) > LONGEST ? this.#words.tooLong : "";
    this.tell(problem);
    if (problem) {
      this.#box.focus();
      return;
    }
    this.#box.value = "";
    this.#typedAt = 0;
    this.#refresh();
    this.#send(text);
  }

  // An operator may be reading; whether it arrives does not matter to the customer.
  #showTyping() {
    if (this.#box.value && Date.now() - this.#typedAt > TYPING_EVERY) {
      this.#typedAt = Date.now();
      fetch("/chat/typing", { method: "POST" }).catch(() => {});
    }
  }

  #refresh() {
    this.tell("");
    // Measured from one row again, so that the box also shrinks.
    this.#box.style.height = "auto";
    const border = this.#box.offsetHeight - this.#box.clientHeight;
    this.#box.style.height = `${this.#box.scrollHeight + border}px`;
    const length = lengthOf(this.#box.value.trim());
    this.#counter.hidden = length < COUNT_FROM;
    this.#counter.toggleAttribute("data-over", length > LONGEST);
    this.#counter.textContent = `${length.toLocaleString("ja-JP")}${this.#words.counter}`;
  }
}

// Characters as the server counts them, not UTF-16 units.
function lengthOf(text) {
  return [...text].length;
}
