// Requests to the site.  A failed request throws an Error whose message can be shown to the user.

import { message } from "./messages.js";

/** The response to a request had a status of 400 or more, or there was no response (status 0). */
export class HttpError extends Error {
  constructor(text, status, page = null, options = {}) {
    super(text, options);
    this.status = status;
    this.page = page; // the parsed error page, if HTML was requested
  }
}

/** Request `url` with `options` for fetch; return the page, parsed.  Throws HttpError. */
export async function fetchPage(url, options = {}) {
  const response = await request(url, { headers: { Accept: "text/html" }, ...options });
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  if (response.ok) return page;
  const detail = page.querySelector("[data-status] p")?.textContent.trim();
  throw new HttpError(detail || message("failed"), response.status, page);
}

/** Request `url`; return the JSON of the response.  Throws HttpError. */
export async function fetchJson(url, options = {}) {
  const headers = { Accept: "application/json", "X-CSRF-Token": csrfToken() };
  const response = await request(url, { headers, ...options });
  const data = await response.json().catch(() => ({}));
  if (response.ok) return data;
  throw new HttpError(data.detail || message("failed"), response.status);
}

/** Return the value of the header X-CSRF-Token for requests that change something. */
export function csrfToken() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

async function request(url, options) {
  try {
    return await fetch(url, { credentials: "same-origin", ...options });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new HttpError(message("offline"), 0, null, { cause: error });
  }
}
