// One file on its way to the site.

import { token } from "./http.js";
import { word } from "./messages.js";

/**
 * Send a form with one file in it; `progress` is called with a share from 0 to 1.
 * Returns what the site says of the file.  Throws an Error whose message is for people,
 * or an AbortError after `signal`.
 */
export function send(url, body, { progress, signal }) {
  // fetch can't tell how much of a body has gone.
  const request = new XMLHttpRequest();
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    signal.addEventListener("abort", () => request.abort());
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    });
    request.addEventListener("abort", () => reject(signal.reason));
    request.addEventListener("error", () => reject(new Error(word("offline"))));
    request.addEventListener("load", () => {
      try {
        resolve(outcome(request));
      } catch (error) {
        reject(error);
      }
    });
    request.open("POST", url);
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("X-CSRF-Token", token());
    request.send(body);
  });
}

function outcome(request) {
  const said = parsed(request.responseText);
  const file = said.files?.[0];
  if (file?.id) return file;
  throw new Error(file?.error || said.detail || word("failed"));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {}; // a proxy in between answered, in its own way
  }
}
