// Requests to the site, and what they fail with: an Error whose message is for people.

import { word } from "./messages.js";

/** The page at `url` (where a form leads to, with `options` for fetch), parsed. */
export async function page(url, options = {}) {
  const response = await sent(url, { headers: { Accept: "text/html" }, ...options });
  const found = new DOMParser().parseFromString(await response.text(), "text/html");
  if (response.ok) return found;
  throw new Error(found.querySelector("[data-status] p")?.textContent.trim() || word("failed"));
}

/** The JSON at `url`. */
export async function json(url, options = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": token() };
  const response = await sent(url, { headers, ...options });
  const said = await response.json().catch(() => ({}));
  if (response.ok) return said;
  throw new Error(said.detail || word("failed"));
}

/** What has to stand in the header X-CSRF-Token of a request that changes something. */
export function token() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

async function sent(url, options) {
  try {
    return await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error(word("offline"), { cause: error });
  }
}
