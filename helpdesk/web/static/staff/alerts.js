// Tells of what is new: a sentence for screen readers, the tab's title, sound, a notification.

import { words } from "./http.js";

const SEEN = "desk-seen";
const WANTED = "desk-alerts";
const button = document.getElementById("alerts");
const announcer = document.getElementById("announcer");
const title = document.title;
let audio = null;

/** A polite sentence for those who do not see the screen. */
export function announce(sentence) {
  announcer.textContent = "";
  requestAnimationFrame(() => {
    announcer.textContent = sentence;
  });
}

/** Compare the lists with what was seen last, also on the page before. */
export function lookAtLists() {
  const desk = document.getElementById("desk");
  const waiting = Number(desk.dataset.waiting);
  document.title = waiting ? `(${waiting}) ${title}` : title;
  const now = happenings(desk);
  const before = seen();
  sessionStorage.setItem(SEEN, JSON.stringify(now));
  if (before === null) {
    return;
  }
  const news = now.filter((each) => !before.includes(each)).map((each) => each.split(" ")[0]);
  for (const kind of ["alerted", "assigned", "wrote"]) {
    if (news.includes(kind)) {
      tell(words[kind]);
      return;
    }
  }
}

function happenings(desk) {
  const rows = (mark) => [...desk.querySelectorAll(mark)].map((row) => row.dataset.customer);
  const open = document.hidden ? "" : document.getElementById("open-talk").dataset.customer;
  const wrote = [...desk.querySelectorAll("#rows-mine .row")].filter(
    (row) => row.dataset.customer !== open && row.querySelector("[data-since]"),
  );
  return [
    ...rows("[data-alert]").map((customer) => `alerted ${customer}`),
    ...rows("[data-assigned]").map((customer) => `assigned ${customer}`),
    ...wrote.map((row) => `wrote ${row.dataset.customer} ${row.querySelector("[data-since]").dataset.since}`),
  ];
}

function seen() {
  try {
    return JSON.parse(sessionStorage.getItem(SEEN));
  } catch {
    return null;
  }
}

function tell(sentence) {
  announce(sentence);
  if (!isWanted()) {
    return;
  }
  ring();
  if (document.hidden && globalThis.Notification?.permission === "granted") {
    new Notification(sentence, { tag: "desk" });
  }
}

const isWanted = () => localStorage.getItem(WANTED) === "on";

// Two short tones; the browser keeps silent until somebody has pressed something.
function ring() {
  audio ??= new AudioContext();
  audio.resume();
  for (const [tone, at] of [[660, 0], [880, 0.18]]) {
    const source = audio.createOscillator();
    const loudness = audio.createGain();
    source.frequency.value = tone;
    loudness.gain.setValueAtTime(0.12, audio.currentTime + at);
    loudness.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + at + 0.16);
    source.connect(loudness).connect(audio.destination);
    source.start(audio.currentTime + at);
    source.stop(audio.currentTime + at + 0.17);
  }
}

function showWanted() {
  button.setAttribute("aria-pressed", String(isWanted()));
  button.textContent = isWanted() ? words.alertsOn : words.alertsOff;
}

button.addEventListener("click", () => {
  localStorage.setItem(WANTED, isWanted() ? "off" : "on");
  showWanted();
  if (isWanted()) {
    ring();
    globalThis.Notification?.requestPermission?.();
  }
});
showWanted();
