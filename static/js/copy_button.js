// A button beside each snippet that copies it to the clipboard.

import { message } from "./messages.js";
import { notify, notifyError } from "./toast.js";

export function enhance(field) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = message("copy");
  // A screen reader reads the button without its surroundings: name the snippet.
  button.setAttribute("aria-describedby", field.labels[0].id ||= `${field.id}-label`);
  button.addEventListener("click", async () => {
    field.select();
    try {
      await copy(field.value);
      notify(message("copied"));
    } catch {
      notifyError(message("notCopied"));
    }
  });
  field.addEventListener("focus", () => field.select());
  if (document.activeElement === field) field.select(); // by `autofocus`
  field.after(button);
}

/** Copy by the clipboard API, which browsers offer on https and localhost only, or the old way. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  if (!document.execCommand("copy")) throw new Error("execCommand failed");
}
