// A dialog that asks for confirmation before an action that cannot be undone.

import { message } from "./messages.js";

/** Return whether the user answers the question, by default that of `button`; true for none. */
export function confirmAction(button, asked = button.dataset.confirm) {
  if (!asked) return Promise.resolve(true);
  const dialog = document.createElement("dialog");
  dialog.setAttribute("aria-labelledby", "confirm-question");
  const form = document.createElement("form");
  form.method = "dialog";
  const question = document.createElement("p");
  question.id = "confirm-question";
  question.textContent = asked;
  const choices = document.createElement("p");
  choices.className = "row";
  choices.append(choice(message("cancel"), ""), choice(button.textContent.trim(), "yes", "danger"));
  form.append(question, choices);
  dialog.append(form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      button.focus();
      resolve(dialog.returnValue === "yes");
    });
  });
}

function choice(text, value, className = "") {
  const button = document.createElement("button");
  Object.assign(button, { textContent: text, value, className });
  return button;
}
