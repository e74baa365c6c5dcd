// The numbers beside the values of filters: read when the filters are opened for the first time.

import { fetchPage } from "./http.js";
import { notifyError } from "./toast.js";

export function enhance(details) {
  details.addEventListener("toggle", show, { once: true });

  async function show() {
    try {
      const page = await fetchPage(details.dataset.filters);
      for (const fresh of page.querySelectorAll("[data-choice]")) {
        const shown = details.querySelector(`[data-choice="${CSS.escape(fresh.dataset.choice)}"]`);
        if (shown) shown.textContent = fresh.textContent;
      }
    } catch (error) {
      notifyError(error.message);
    }
  }
}
