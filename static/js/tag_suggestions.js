// A field for tags that suggests those in use: a combobox with a list, after the pattern of
// the WAI-ARIA Authoring Practices.  The word that is being typed is completed.

import { json } from "./http.js";
import { word } from "./messages.js";

const PAUSE = 120; // milliseconds without a key before the site is asked

let count = 0;

export function enhance(field) {
  const list = listFor(field);
  let active = -1;
  let timer, asking, placing;

  field.addEventListener("input", () => {
    clearTimeout(timer);
    asking?.abort();
    const start = current(field).text;
    if (!start) return close();
    timer = setTimeout(() => ask(start), PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    const options = list.children.length;
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") mark((active + 1) % options);
    else if (event.key === "ArrowUp") mark((active <= 0 ? options : active) - 1);
    else if (event.key === "Enter" && active >= 0) take(list.children[active]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  });
  field.addEventListener("blur", close);
  // The field must keep the focus, or the list would close before the click arrives.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });

  async function ask(start) {
    asking = new AbortController();
    const url = `${field.dataset.tagSuggestions}?${new URLSearchParams({ tag: start })}`;
    try {
      show(await json(url, { signal: asking.signal }));
    } catch {
      close(); // a field without suggestions still is a field
    }
  }

  function show(tags) {
    const present = new Set(words(field.value));
    const fresh = tags.filter((tag) => !present.has(tag));
    if (!fresh.length || document.activeElement !== field) return close();
    list.replaceChildren(...fresh.map((tag, index) => option(`${list.id}-${index}`, tag)));
    mark(-1);
    list.hidden = false;
    field.ariaExpanded = "true";
    follow();
  }

  /** Keep the list at the field while the page moves under it. */
  function follow() {
    placing?.abort();
    placing = new AbortController();
    const options = { passive: true, signal: placing.signal };
    for (const type of ["scroll", "resize"]) {
      addEventListener(type, () => place(list, field), options);
    }
    place(list, field);
  }

  function mark(index) {
    active = index;
    [...list.children].forEach((item, at) => (item.ariaSelected = String(at === index)));
    if (index < 0) return field.removeAttribute("aria-activedescendant");
    field.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  }

  function take(item) {
    const { from, to } = current(field);
    field.setRangeText(`${item.textContent} `, from, to, "end");
    close();
  }

  function close() {
    clearTimeout(timer);
    placing?.abort();
    list.hidden = true;
    field.ariaExpanded = "false";
    mark(-1);
  }
}

function listFor(field) {
  const list = document.createElement("ul");
  list.id = `suggestions-${(count += 1)}`;
  list.className = "suggestions";
  list.role = "listbox";
  list.ariaLabel = word("suggestions");
  list.hidden = true;
  field.after(list);
  field.role = "combobox";
  field.ariaAutoComplete = "list";
  field.ariaExpanded = "false";
  field.setAttribute("aria-controls", list.id);
  return list;
}

function option(id, tag) {
  const item = document.createElement("li");
  Object.assign(item, { id, role: "option", textContent: tag });
  return item;
}

/** The tag the cursor stands in, as far as it is typed. */
function current(field) {
  const to = field.selectionStart ?? field.value.length;
  const text = field.value.slice(0, to).match(/[^\s,]*$/)[0];
  return { text, from: to - text.length, to };
}

function words(text) {
  return text.toLowerCase().split(/[\s,]+/);
}

/** Under the field, or above it where there is no room. */
function place(list, field) {
  const box = field.getBoundingClientRect();
  const above = innerHeight - box.bottom < list.offsetHeight + 8 && box.top > list.offsetHeight;
  list.style.left = `${box.left}px`;
  list.style.minWidth = `${box.width}px`;
  list.style.top = above ? `${box.top - list.offsetHeight - 4}px` : `${box.bottom + 4}px`;
}
