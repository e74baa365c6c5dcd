// A section that stays open or closed on the next page.

import { remember } from "./remembered.js";

export function enhance(details) {
  // A toggle event would also come for a section that the server opened.
  details.addEventListener("click", (event) => {
    const isSummary = event.target.closest("summary")?.parentElement === details;
    if (isSummary) remember(details.id, !details.open);
  });
}
