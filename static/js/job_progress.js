// Show the progress of a job while it runs: replace the part of the page that shows it.

import { fetchPage } from "./http.js";

const INTERVAL = 1000; // milliseconds

export function enhance(part, enhanceAll) {
  setTimeout(renew, INTERVAL);

  async function renew() {
    if (!part.isConnected) return;
    let fresh = null;
    try {
      fresh = (await fetchPage(location.href)).querySelector("[data-job-progress], #job");
    } catch {
      // The server restarts; the job goes on.
      setTimeout(renew, 5 * INTERVAL);
      return;
    }
    if (!fresh) return location.reload();
    const hasFocus = part.contains(document.activeElement);
    part.replaceWith(document.adoptNode(fresh));
    if (hasFocus) fresh.querySelector("button, a[href]")?.focus();
    await enhanceAll(fresh.parentElement);
  }
}
