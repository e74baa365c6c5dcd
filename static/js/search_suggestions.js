// Suggest tags, article numbers and titles while a search is typed: a list of the browser, so that
// keyboard and screen readers work as usual.

import { fetchJson } from "./http.js";

const DELAY = 200; // milliseconds without a key press before suggestions are requested

export function enhance(field) {
  const list = document.createElement("datalist");
  list.id = "search-suggestions";
  field.after(list);
  field.setAttribute("list", list.id);
  field.autocomplete = "off";
  let timer, pending;

  field.addEventListener("input", (event) => {
    clearTimeout(timer);
    pending?.abort();
    // Choosing a suggestion is an input, too, but none of keys.
    if (!event.inputType || event.inputType === "insertReplacementText") return;
    timer = setTimeout(suggest, DELAY);
  });

  async function suggest() {
    const q = field.value.trim();
    if (!q) return list.replaceChildren();
    const { signal } = (pending = new AbortController());
    try {
      const found = await fetchJson(`${field.dataset.suggestions}?${new URLSearchParams({ q })}`, {
        signal,
      });
      list.replaceChildren(...found.map(createOption));
    } catch {
      // The search works without suggestions.
    }
  }
}

function createOption({ search, label }) {
  const option = document.createElement("option");
  option.value = search;
  if (label !== search) option.label = label;
  return option;
}
