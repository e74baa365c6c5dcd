// A value that is entered for a field that is left as it is: choose the first way to change it.

export function enhance(fieldset) {
  const verb = fieldset.querySelector("select");
  fieldset.addEventListener("input", (event) => {
    if (event.target !== verb && event.target.value && !verb.value) verb.selectedIndex = 1;
  });
}
