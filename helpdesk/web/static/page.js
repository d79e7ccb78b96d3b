// Small help on the pages, which work without it: showing a password, copying a code.

import { copyOnPress } from "./copy.js";

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  const show = (isShown) => {
    field.type = isShown ? "text" : "password";
    button.setAttribute("aria-pressed", String(isShown));
    button.textContent = isShown ? button.dataset.hide : button.dataset.show;
  };
  button.hidden = false;
  button.addEventListener("click", () => show(field.type === "password"));
  // Sent as a password again, so that the browser does not remember it as a text.
  field.form.addEventListener("submit", () => show(false));
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  const { copied, failed } = button.dataset;
  button.hidden = false;
  copyOnPress(button, source, source.dataset.code, { copied, failed });
}
