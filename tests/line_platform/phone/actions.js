// LINE's actions as controls: links for addresses, buttons for all that sends something.

const OPENABLE = ["http:", "https:", "tel:", "mailto:"];
const PRESSABLE = ["postback", "message", "location", "camera", "cameraRoll", "clipboard"];

/** A link or a button for an action; `act(action)` is called when the button is pressed. */
export function controlFor(action, act, className) {
  const control = action?.type === "uri" ? linkFor(action.uri) : buttonFor(action, act);
  control.className = className;
  control.append(labelOf(action));
  return control;
}

export function labelOf(action) {
  return action?.label || action?.displayText || action?.text || action?.uri || "ボタン";
}

/** The address if a browser may open it, else null. */
export function openable(uri) {
  try {
    const url = new URL(uri);
    return OPENABLE.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export function linkTo(address, text) {
  const link = document.createElement("a");
  link.href = address;
  link.target = "_blank";
  link.rel = "noopener";
  link.append(text);
  return link;
}

function linkFor(uri) {
  const address = openable(uri);
  return address ? linkTo(address, "") : unusable();
}

function buttonFor(action, act) {
  if (!PRESSABLE.includes(action?.type)) {
    return unusable();
  }
  const button = document.createElement("button");
  button.type = "button";
  button.addEventListener("click", () => act(action));
  return button;
}

function unusable() {
  const button = document.createElement("button");
  button.type = "button";
  button.disabled = true;
  button.title = "この見本では使えません。";
  return button;
}
