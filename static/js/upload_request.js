// The request that uploads one file.

import { csrfToken } from "./http.js";
import { message } from "./messages.js";

// Too many requests, timeouts, and an expired session or CSRF token may be over a minute later.
const RETRYABLE_STATUSES = new Set([0, 401, 403, 408, 429]);

/** The upload failed; `isRetryable` if the same file may be accepted later. */
export class UploadError extends Error {
  constructor(text, isRetryable) {
    super(text);
    this.isRetryable = isRetryable;
  }
}

/**
 * Send a form with one file; `onProgress` is called with a share from 0 to 1.  Return what the
 * site says about the file.  Throws UploadError, or an AbortError after `signal`.
 */
export function uploadFile(url, body, { onProgress, signal }) {
  // fetch does not report how much of a body was sent.
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => request.abort());
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    });
    request.addEventListener("abort", () => reject(signal.reason));
    request.addEventListener("error", () => reject(new UploadError(message("offline"), true)));
    request.addEventListener("load", () => {
      try {
        resolve(parseResponse(request));
      } catch (error) {
        reject(error);
      }
    });
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.send(body);
  });
}

function parseResponse({ status, responseText }) {
  const data = parseJson(responseText);
  const file = data.files?.[0];
  if (file?.id) return file;
  const isRetryable = status >= 500 || RETRYABLE_STATUSES.has(status);
  throw new UploadError(file?.error || data.detail || message("failed"), isRetryable);
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // a response of a proxy, not of this site
  }
}
