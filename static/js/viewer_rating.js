// The keys 1 to 5 rate the picture shown in full screen; its caption shows the own stars.

import { fetchJson } from "./http.js";
import { notifyError } from "./toast.js";

/** Listen to the keys, if the page has a rating. */
export function addRating(viewer, items) {
  if (!document.querySelector("[data-rating]")) return;
  viewer.on("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event.originalEvent;
    if (ctrlKey || metaKey || altKey || !/^[1-5]$/.test(key)) return;
    event.preventDefault();
    rate(viewer, items[viewer.currIndex], 2 * key);
  });
}

async function rate(viewer, item, rating) {
  if (!("savedRating" in item)) item.savedRating = item.rating;
  show(viewer, item, rating);
  // One after the other, so that the last key counts; a failure was reported by its own call.
  const earlier = item.savingRating ?? Promise.resolve();
  const saving = earlier.catch(() => {}).then(() => save(item, rating));
  item.savingRating = saving;
  try {
    await saving;
    item.savedRating = rating;
  } catch (error) {
    notifyError(error.message);
    if (item.savingRating === saving) show(viewer, item, item.savedRating);
  }
}

function show(viewer, item, rating) {
  item.rating = rating;
  if (!viewer.isDestroying) viewer.dispatch("change"); // draws the caption
}

/** Also if the page is left meanwhile. */
function save({ href }, rating) {
  const url = new URL(href, location.href);
  url.pathname += "rate";
  const body = new URLSearchParams({ rating });
  return fetchJson(url, { method: "POST", body, keepalive: true });
}
