// A choice that is saved at once: the form has a button without scripts only.

export function enhance(select) {
  select.addEventListener("change", () => select.form.requestSubmit());
}
