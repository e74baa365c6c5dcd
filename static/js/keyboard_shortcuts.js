// Keys for the page of a picture.  What has `data-key` is clicked by that key, or gets the
// focus if it is a field; digits are stars; "?" shows the dialog that lists them.

const OFF = "huimages-keys-off";

export function enhance(dialog) {
  const onOff = dialog.querySelector("[data-keys-on]");
  onOff.checked = !localStorage.getItem(OFF);
  onOff.addEventListener("change", () => {
    if (onOff.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.hidden = false;
    button.addEventListener("click", () => dialog.showModal());
  }
  // A click beside the dialog closes it.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("keydown", (event) => {
    if (isMeantForOthers(event)) return;
    // Who dictates or has a switch presses letters by accident: WCAG 2.1.4.
    if (event.key.length === 1 && !onOff.checked) return;
    if (act(event.key, dialog)) event.preventDefault();
  });
}

function isMeantForOthers(event) {
  return (
    event.defaultPrevented ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.target.closest("input, textarea, select, [contenteditable], dialog, .pswp") ||
    document.querySelector("dialog[open], .pswp")
  );
}

/** Do what the key is for; returns whether it is for anything. */
function act(key, dialog) {
  if (key === "?") {
    dialog.showModal();
    return true;
  }
  const target = /^[1-5]$/.test(key)
    ? document.querySelector(`[data-rating] [name=rating][value="${2 * key}"]`)
    : document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) return false;
  if (target.matches("input, textarea")) target.focus();
  else target.click();
  return true;
}
