// Keyboard shortcuts of an image page.  The key in `data-key` clicks that element, or focuses it
// if it is a field; the digits 1 to 5 give stars; "?" opens the dialog that lists the shortcuts.

const STORAGE_KEY = "huimages-keys-off";

export function enhance(dialog) {
  const enabled = dialog.querySelector("[data-keys-on]");
  enabled.checked = !localStorage.getItem(STORAGE_KEY);
  enabled.addEventListener("change", () => {
    if (enabled.checked) localStorage.removeItem(STORAGE_KEY);
    else localStorage.setItem(STORAGE_KEY, "1");
  });
  for (const button of document.querySelectorAll("[data-keys-open]")) {
    button.addEventListener("click", () => dialog.showModal());
  }
  // A click outside the dialog closes it.
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.addEventListener("keydown", (event) => {
    if (isForAnotherElement(event)) return;
    // Speech input and switch devices press letters by accident: WCAG 2.1.4.
    if (event.key.length === 1 && !enabled.checked) return;
    if (runShortcut(event.key, dialog)) event.preventDefault();
  });
}

function isForAnotherElement(event) {
  return (
    event.defaultPrevented ||
    event.ctrlKey ||
    event.metaKey ||
    event.altKey ||
    event.target.closest("input, textarea, select, [contenteditable], dialog, .pswp") ||
    document.querySelector("dialog[open], .pswp")
  );
}

/** Run the shortcut of the key; return whether it has one. */
function runShortcut(key, dialog) {
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
