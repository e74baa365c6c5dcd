// A button beside each snippet that puts it into the clipboard.

import { tell, warn } from "./toast.js";
import { word } from "./messages.js";

export function enhance(field) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = word("copy");
  // Which of them: a screen reader reads buttons without what stands around them.
  button.setAttribute("aria-describedby", field.labels[0].id ||= `${field.id}-label`);
  button.addEventListener("click", async () => {
    field.select();
    try {
      await copy(field.value);
      tell(word("copied"));
    } catch {
      warn(word("notCopied"));
    }
  });
  field.addEventListener("focus", () => field.select());
  field.after(button);
}

/** Browsers give scripts the clipboard on https and localhost only. */
async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  if (!document.execCommand("copy")) throw new Error("not copied");
}
