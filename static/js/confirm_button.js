// A button of a form asks before the form is sent.

import { confirmAction } from "./confirm_dialog.js";

export function enhance(button) {
  let isConfirmed = false;
  button.form.addEventListener("submit", async (event) => {
    if (event.submitter !== button || isConfirmed) return;
    event.preventDefault();
    isConfirmed = await confirmAction(button);
    if (isConfirmed) button.form.requestSubmit(button);
  });
}
