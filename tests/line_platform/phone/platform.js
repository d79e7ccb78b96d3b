// The fake platform's control API, and its notice of changes.

const LONGEST_CALL = 30_000;
const RETRY_AFTER = 3_000;

export class Unreachable extends Error {}

/** Refused by the platform; `status` says how. */
export class Refused extends Error {
  constructor(status) {
    super(`The platform answered ${status}`);
    this.status = status;
  }
}

export const platform = {
  users: () => call("/_/users"),
  addUser: (name) => call("/_/users", { name }),
  chat: (user, after) => call(`${pathOf(user)}/chat?after=${after}`),
  send: (user, event) => call(`${pathOf(user)}/events`, event),
  state: () => call("/_/state"),
  faults: (faults) => call("/_/faults", faults),
  quota: (value) => call("/_/quota", { value }),
  redeliver: () => call("/_/redeliver", { all: true, times: 3, shuffle: true }),
};

/** Calls `changed` at once, at each change and after each lost connection; returns the way to stop. */
export function watch(user, { changed, lost }) {
  let source;
  let retry;
  // EventSource hides why it was refused; asking for the chat finds out.
  const tryAgain = () => {
    open();
    changed();
  };
  const open = () => {
    source = new EventSource(`${pathOf(user)}/events`);
    source.addEventListener("open", () => changed());
    source.addEventListener("message", () => changed());
    source.addEventListener("error", () => {
      lost();
      // While it is "connecting" the browser tries again by itself.
      if (source.readyState === EventSource.CLOSED) {
        retry = setTimeout(tryAgain, RETRY_AFTER);
      }
    });
  };
  open();
  return () => {
    clearTimeout(retry);
    source.close();
  };
}

function pathOf(user) {
  return `/_/users/${encodeURIComponent(user)}`;
}

async function call(path, body) {
  const request = { signal: AbortSignal.timeout(LONGEST_CALL), cache: "no-store" };
  if (body !== undefined) {
    request.method = "POST";
    request.headers = { "Content-Type": "application/json" };
    request.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, request);
  } catch {
    throw new Unreachable(path);
  }
  if (!answer.ok) {
    throw new Refused(answer.status);
  }
  return answer.status === 204 ? null : answer.json();
}
