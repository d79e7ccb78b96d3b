// Waiting times, which count up by themselves on the server's clock.

import { words } from "./http.js";

let ahead = 0;

/** The server's clock as the lists told it last. */
export function setClock() {
  const now = Date.parse(document.getElementById("desk").dataset.now);
  ahead = Number.isNaN(now) ? 0 : now - Date.now();
  showWaits();
}

export function showWaits() {
  for (const time of document.querySelectorAll("[data-since]")) {
    const waited = shown(Date.now() + ahead - Date.parse(time.dataset.since));
    if (time.textContent !== waited) {
      time.textContent = waited;
    }
  }
}

function shown(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) {
    return `${seconds}${words.seconds}`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 1 ? `${minutes}${words.minutes}` : `${hours}${words.hours}${minutes % 60}${words.minutes}`;
}

setInterval(showWaits, 1_000);
