// Short messages at the bottom of the window, which screen readers read aloud.

import { fetchJson } from "./http.js";
import { message } from "./messages.js";

const SECONDS = 8;
const STORAGE_KEY = "huimages-notice";

// Created at once: screen readers ignore a live region that is added together with its text.
const toast = createToast();
let timer;

stayAboveBar();
showStoredNotice();

/**
 * Report a success; the message disappears by itself.  `undo` is the request that takes the
 * action back, as { url, fields }, where `fields` is a list of name and value: a button sends it.
 */
export function notify(text, undo = null) {
  show(text, "toast", undo);
  timer = setTimeout(hide, SECONDS * 1000);
}

/** Report an error; the message stays until it is closed or replaced. */
export function notifyError(text) {
  show(text, "toast bad", null);
}

/** Load the page again and report a success there. */
export function reloadWithNotice(text, undo = null) {
  sessionStorage.setItem(STORAGE_KEY, JSON.stringify({ text, undo }));
  location.reload();
}

function showStoredNotice() {
  const stored = sessionStorage.getItem(STORAGE_KEY);
  if (!stored) return;
  sessionStorage.removeItem(STORAGE_KEY);
  const { text, undo } = JSON.parse(stored);
  notify(text, undo);
}

/** Tell the style sheet the height of the bar of selected pictures, which covers the bottom. */
function stayAboveBar() {
  const bar = document.querySelector(".actions");
  if (!bar) return;
  const measure = () => toast.style.setProperty("--bar", `${bar.offsetHeight}px`);
  new ResizeObserver(measure).observe(bar);
}

function show(text, className, undo) {
  clearTimeout(timer);
  toast.className = className;
  toast.querySelector("p").textContent = text;
  const [undoButton, closeButton] = toast.querySelectorAll("button");
  undoButton.hidden = !undo;
  undoButton.onclick = () => sendUndo(undo);
  closeButton.hidden = false;
}

function hide() {
  toast.className = "toast";
  toast.querySelector("p").textContent = "";
  for (const button of toast.querySelectorAll("button")) button.hidden = true;
}

async function sendUndo({ url, fields }) {
  const body = new FormData();
  for (const [name, value] of fields) body.append(name, value);
  try {
    const { done } = await fetchJson(url, { method: "POST", body });
    reloadWithNotice(message("done-restore", { count: done.length }));
  } catch (error) {
    notifyError(error.message);
  }
}

function createToast() {
  const box = document.createElement("div");
  box.className = "toast";
  const text = document.createElement("p");
  text.setAttribute("role", "status");
  const close = createButton(message("close"));
  close.addEventListener("click", hide);
  box.append(text, createButton(message("undo")), close);
  document.querySelector("main").append(box);
  return box;
}

function createButton(text) {
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "quiet small", hidden: true });
  button.textContent = text;
  return button;
}
