// Edit the title of a picture in place: a click opens the form, Enter saves, Escape cancels.

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
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault(); // a title is one line
    form.requestSubmit();
  });
  details.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    field.value = field.defaultValue;
    details.open = false;
    details.querySelector("summary").focus();
  });
}
