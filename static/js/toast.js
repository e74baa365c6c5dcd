// A line at the bottom of the window that screen readers read aloud as well.

import { word } from "./messages.js";

const SECONDS = 8;

// There from the beginning: screen readers don't read what comes together with its text.
const line = made();
let timer;

/** Say what was done.  It goes away by itself. */
export function tell(text) {
  show(text, "told");
  timer = setTimeout(hide, SECONDS * 1000);
}

/** Say what went wrong.  It stays until it is closed, or something else is said. */
export function warn(text) {
  show(text, "told bad");
}

function show(text, className) {
  clearTimeout(timer);
  line.className = className;
  line.firstChild.textContent = text;
  line.lastChild.hidden = false;
}

function hide() {
  line.className = "told";
  line.firstChild.textContent = "";
  line.lastChild.hidden = true;
}

function made() {
  const box = document.createElement("div");
  box.className = "told";
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  const close = document.createElement("button");
  close.type = "button";
  close.className = "quiet small";
  close.hidden = true;
  close.textContent = word("close");
  close.addEventListener("click", hide);
  box.append(said, close);
  document.querySelector("main").append(box);
  return box;
}
