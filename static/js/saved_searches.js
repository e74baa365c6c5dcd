// The saved searches in the menu: read when it is opened for the first time.

import { fetchJson } from "./http.js";
import { notifyError } from "./toast.js";

export function enhance(list) {
  const menu = list.closest("[popover]");
  menu.addEventListener("toggle", async function show(event) {
    if (event.newState !== "open") return;
    menu.removeEventListener("toggle", show);
    try {
      const searches = await fetchJson(list.dataset.savedSearches);
      if (searches.length) list.before(listOf(searches));
    } catch (error) {
      notifyError(error.message);
    }
  });
}

function listOf(searches) {
  const list = document.createElement("ul");
  list.className = "saved-searches";
  list.append(
    ...searches.map(({ name, href }) => {
      const item = document.createElement("li");
      const link = Object.assign(document.createElement("a"), { href, textContent: name });
      item.append(link);
      return item;
    }),
  );
  return list;
}
