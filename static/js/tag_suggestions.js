// Suggest existing tags while the user types: a combobox with a listbox, as in the WAI-ARIA
// Authoring Practices.  A suggestion completes the tag at the cursor.

import { fetchJson } from "./http.js";
import { message } from "./messages.js";

const DELAY = 120; // milliseconds without a key press before suggestions are requested

let count = 0;

export function enhance(field) {
  const list = addList(field);
  let active = -1;
  let timer, pending, tracking;

  field.addEventListener("input", () => {
    stopLoading();
    const prefix = tagAtCursor(field).text;
    if (!prefix) return close();
    timer = setTimeout(() => suggest(prefix), DELAY);
  });
  field.addEventListener("keydown", (event) => {
    const options = list.children.length;
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") highlight((active + 1) % options);
    else if (event.key === "ArrowUp") highlight((active <= 0 ? options : active) - 1);
    else if (event.key === "Enter" && active >= 0) insert(list.children[active]);
    else if (event.key === "Escape") close();
    else return;
    stopLoading(); // a later response would take the highlighted option away
    event.preventDefault();
  });
  field.addEventListener("blur", close);
  // The field must keep the focus: on blur the list closes before the click arrives.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) insert(option);
  });

  async function suggest(prefix) {
    const { signal } = (pending = new AbortController());
    const url = `${field.dataset.tagSuggestions}?${new URLSearchParams({ tag: prefix })}`;
    try {
      show(await fetchJson(url, { signal }));
    } catch {
      if (!signal.aborted) close(); // the field works without suggestions
    }
  }

  function stopLoading() {
    clearTimeout(timer);
    pending?.abort();
  }

  function show(tags) {
    const present = new Set(splitTags(field.value));
    const fresh = tags.filter((tag) => !present.has(tag.toLowerCase()));
    if (!fresh.length || document.activeElement !== field) return close();
    list.replaceChildren(...fresh.map((tag, index) => createOption(`${list.id}-${index}`, tag)));
    highlight(-1);
    list.hidden = false;
    field.ariaExpanded = "true";
    trackField();
  }

  /** Keep the list at the field while the page scrolls. */
  function trackField() {
    tracking?.abort();
    tracking = new AbortController();
    const options = { passive: true, signal: tracking.signal };
    for (const type of ["scroll", "resize"]) {
      addEventListener(type, () => positionList(list, field), options);
    }
    positionList(list, field);
  }

  function highlight(index) {
    active = index;
    [...list.children].forEach((item, at) => (item.ariaSelected = String(at === index)));
    if (index < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }

  function insert(item) {
    const { from, to } = tagAtCursor(field);
    field.setRangeText(`${item.textContent} `, from, to, "end");
    close();
  }

  function close() {
    stopLoading();
    tracking?.abort();
    list.hidden = true;
    field.ariaExpanded = "false";
    highlight(-1);
  }
}

function addList(field) {
  const list = document.createElement("ul");
  list.id = `suggestions-${(count += 1)}`;
  list.className = "suggestions";
  list.role = "listbox";
  list.ariaLabel = message("suggestions");
  list.hidden = true;
  field.after(list);
  field.role = "combobox";
  field.ariaAutoComplete = "list";
  field.ariaExpanded = "false";
  field.setAttribute("aria-controls", list.id);
  return list;
}

function createOption(id, tag) {
  const item = document.createElement("li");
  Object.assign(item, { id, role: "option", textContent: tag });
  return item;
}

/** Return the tag at the cursor, up to the cursor, and its position in the field. */
function tagAtCursor(field) {
  const to = field.selectionStart ?? field.value.length;
  const text = field.value.slice(0, to).match(/[^\s,]*$/)[0];
  return { text, from: to - text.length, to };
}

function splitTags(text) {
  return text.toLowerCase().split(/[\s,]+/);
}

/** Place the list below the field, or above it where there is no room below. */
function positionList(list, field) {
  const box = field.getBoundingClientRect();
  const above = innerHeight - box.bottom < list.offsetHeight + 8 && box.top > list.offsetHeight;
  list.style.left = `${box.left}px`;
  list.style.minWidth = `${box.width}px`;
  list.style.top = above ? `${box.top - list.offsetHeight - 4}px` : `${box.bottom + 4}px`;
}
