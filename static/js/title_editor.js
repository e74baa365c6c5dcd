// Edit the title of a picture in place: a click opens the form, Escape cancels.

export function enhance(form) {
  const details = form.closest("details");
  const title = document.querySelector("[data-title]");
  const field = form.elements.value;

  title.classList.add("editable");
  title.addEventListener("click", () => (details.open = true));
  details.addEventListener("toggle", () => {
    if (!details.open) return;
    field.focus();
    field.select();
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    field.value = field.defaultValue;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
