// Forms with data-live are sent without leaving the page; some ask first.

import { post } from "./http.js";

const dialog = document.getElementById("confirm");
const busy = new WeakSet();

/** The listener is told: done(form), and refused(form, answer) after its sentence is shown. */
export function sendForms(listener) {
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-live]")) {
      return;
    }
    event.preventDefault();
    if (busy.has(form)) {
      return;
    }
    busy.add(form);
    await send(form, event.submitter, listener);
    busy.delete(form);
  });
}

async function send(form, submitter, listener) {
  const { confirm: sentence, then } = form.dataset;
  if (sentence && !(await isConfirmed(sentence, submitter?.textContent))) {
    return;
  }
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrf");
  if (submitter?.name) {
    fields.push([submitter.name, submitter.value]);
  }
  const answer = await post(form.getAttribute("action"), fields);
  tell(form, answer.ok ? "" : answer.body.error);
  if (!answer.ok) {
    listener.refused(form, answer);
  } else if (then) {
    location.assign(then);
  } else {
    listener.done(form);
  }
}

function tell(form, sentence) {
  const alert = form.querySelector("[role=alert]");
  if (alert) {
    alert.textContent = sentence;
  }
}

/** Asks in a dialog; Esc means no. */
function isConfirmed(sentence, label) {
  document.getElementById("confirm-words").textContent = sentence;
  document.getElementById("confirm-yes").textContent = label?.trim() ?? "";
  dialog.returnValue = "";
  dialog.showModal();
  document.getElementById("confirm-yes").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
