// Makes a part of the page look like its fresh copy without touching what is being done in it.

// What the reader has changed: an opened <details> stays open.
const OURS = new Set(["open"]);

/** Elements with data-keep belong to the script and stay as they are. */
export function morph(old, fresh) {
  const focused = document.activeElement;
  update(old, fresh);
  // Moving an element takes the focus from it.
  if (focused !== document.activeElement && old.contains(focused)) {
    focused.focus({ preventScroll: true });
  }
}

function update(old, fresh) {
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) {
      old.data = fresh.data;
    }
    return;
  }
  if (old.hasAttribute("data-keep")) {
    return;
  }
  updateAttributes(old, fresh);
  updateChildren(old, fresh);
}

function updateAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !OURS.has(name)) {
      old.removeAttribute(name);
    }
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value && !OURS.has(name)) {
      old.setAttribute(name, value);
    }
  }
}

function updateChildren(old, fresh) {
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const same = counterpart(at, wanted);
    if (!same) {
      old.insertBefore(wanted, at);
      continue;
    }
    if (same === at) {
      at = at.nextSibling;
    } else {
      old.insertBefore(same, at);
    }
    update(same, wanted);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
}

// By id where there is one; else the next sibling of the same kind that has none.
function counterpart(at, wanted) {
  for (let node = at; node; node = node.nextSibling) {
    if (node.nodeName === wanted.nodeName && (node.id ?? "") === (wanted.id ?? "")) {
      return node;
    }
    if (!wanted.id && !node.id && node.nodeType === Node.ELEMENT_NODE && wanted.nodeType === Node.ELEMENT_NODE) {
      return null;
    }
  }
  return null;
}
