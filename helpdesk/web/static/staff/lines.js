// What is shown in a line only on demand: secrets for some seconds, images.

import { post, words } from "./http.js";

const SHOWN_FOR = 20_000;

/** Buttons that work only with this script come out of hiding. */
export function showButtons() {
  for (const button of document.querySelectorAll("[data-token], #canned-open, #tools")) {
    const output = button.parentElement.querySelector("output");
    button.hidden = Boolean(output?.textContent);
  }
}

export function watchLines(customer) {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-token]");
    const link = event.target.closest("[data-image]");
    if (button) {
      openSecret(customer, button);
    } else if (link) {
      event.preventDefault();
      openImage(link);
    }
  });
}

async function openSecret(customer, button) {
  const output = button.parentElement.querySelector("output");
  button.disabled = true;
  const { ok, body } = await post(`/talks/${encodeURIComponent(customer)}/secret`, { token: button.dataset.token });
  button.disabled = false;
  output.textContent = ok ? body.secret : body.error;
  button.hidden = true;
  setTimeout(() => {
    output.textContent = "";
    button.hidden = false;
  }, SHOWN_FOR);
}

function openImage(link) {
  const image = document.createElement("img");
  const place = link.parentElement;
  image.alt = link.textContent;
  image.addEventListener("error", () => {
    place.textContent = words.imageGone;
  });
  image.src = link.getAttribute("href");
  place.replaceChildren(image);
}
