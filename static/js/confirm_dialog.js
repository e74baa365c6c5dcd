// Asking before something that can't be undone.

import { word } from "./messages.js";

/** Whether the person wants what the button does; asks only if it has `data-confirm`. */
export function confirmed(button) {
  if (!button.dataset.confirm) return Promise.resolve(true);
  const dialog = document.createElement("dialog");
  dialog.className = "asking";
  dialog.setAttribute("aria-labelledby", "asking");
  const form = document.createElement("form");
  form.method = "dialog";
  const question = document.createElement("p");
  question.id = "asking";
  question.textContent = button.dataset.confirm;
  const answers = document.createElement("p");
  answers.className = "row";
  answers.append(answer(word("cancel"), ""), answer(button.textContent.trim(), "yes", "danger"));
  form.append(question, answers);
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

function answer(text, value, className = "") {
  const button = document.createElement("button");
  Object.assign(button, { textContent: text, value, className });
  return button;
}
