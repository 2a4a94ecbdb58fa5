// The token of who is signed in (this tab only), and requests that carry it.

const KEY = "vitalstream.token";

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

export const session = {
  get token() {
    return sessionStorage.getItem(KEY);
  },
  signIn(token) {
    sessionStorage.setItem(KEY, token);
  },
  signOut() {
    sessionStorage.removeItem(KEY);
  },
  headers(more = {}) {
    return this.token ? { Authorization: `Bearer ${this.token}`, ...more } : more;
  },
};

/** JSON of a path, or an ApiError with the server's own line. */
export async function get(path, signal) {
  return answer(await fetch(path, { headers: session.headers({ Accept: "application/json" }), signal }));
}

export async function post(path, body = {}) {
  const headers = session.headers({ Accept: "application/json", "Content-Type": "application/json" });
  return answer(await fetch(path, { method: "POST", headers, body: JSON.stringify(body) }));
}

async function answer(response) {
  const text = await response.text();
  let body = {};
  try {
    body = text ? JSON.parse(text) : {};
  } catch {
    body = {};
  }
  if (!response.ok) throw new ApiError(response.status, body.error ?? `${response.status} ${response.statusText}`);
  return body;
}

/** A path with a query; what is empty is left out. */
export function query(path, values) {
  const set = Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return set.length ? `${path}?${new URLSearchParams(set)}` : path;
}
