// Copies a text for the reader, also where the clipboard API is missing.

/** True if the text is on the clipboard now. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // No clipboard API (plain http, in-app browsers) or no permission for it.
    return copyBySelection(text);
  }
}

function copyBySelection(text) {
  const focused = document.activeElement;
  const box = document.createElement("textarea");
  box.value = text;
  box.readOnly = true;
  box.className = "sr-only";
  document.body.append(box);
  box.select();
  let copied = false;
  try {
    copied = document.execCommand("copy");
  } catch {
    copied = false;
  }
  box.remove();
  focused?.focus({ preventScroll: true });
  return copied;
}

/** Marks the whole of an element, for the reader to copy by hand. */
export function selectAll(element) {
  const range = document.createRange();
  range.selectNodeContents(element);
  const selection = getSelection();
  selection.removeAllRanges();
  selection.addRange(range);
}

/** Copies on a press; the button itself says how it went, then takes its label back. */
export function copyOnPress(button, source, text, { copied, failed }) {
  const label = button.textContent;
  button.setAttribute("aria-live", "polite");
  button.addEventListener("click", async () => {
    const done = await copyText(text);
    if (!done) {
      selectAll(source);
    }
    button.textContent = done ? copied : failed;
    setTimeout(() => {
      button.textContent = label;
    }, 3000);
  });
}
