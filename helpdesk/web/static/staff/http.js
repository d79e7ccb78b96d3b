// Requests to our own server; whoever is logged out is led to the login.

export const words = document.getElementById("words").dataset;

/** The answer to a GET; null if the server is away or refuses. */
export async function get(path) {
  try {
    const answer = await fetch(path, { cache: "no-store" });
    leaveIfLoggedOut(answer);
    return answer.ok ? answer : null;
  } catch {
    return null;
  }
}

/** Posts fields: {ok, status, body}; `body.error` is a sentence wherever it failed. */
export async function post(path, fields = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "x-csrf": words.csrf },
      body: new URLSearchParams(fields),
    });
    leaveIfLoggedOut(answer);
    const body = await answer.json().catch(() => ({}));
    return { ok: answer.ok, status: answer.status, body: { error: words.failed, ...body } };
  } catch {
    return { ok: false, status: 0, body: { error: words.unsure } };
  }
}

function leaveIfLoggedOut(answer) {
  if (answer.status === 401) {
    location.assign("/login");
  }
}
