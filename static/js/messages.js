// Messages in the language of the page.  The server writes them into the page as JSON.

const element = document.getElementById("messages");
const messages = element ? JSON.parse(element.textContent) : {};
const plurals = new Intl.PluralRules(document.documentElement.lang || "en");

/**
 * Return the message called `name` with `values` filled in: message("loaded", { count: 3 }).
 * A message with a singular and a plural form is chosen by `values.count`.
 */
export function message(name, values = {}) {
  let text = messages[name] ?? name;
  if (typeof text !== "string") text = text[plurals.select(values.count)] ?? text.other;
  return text.replace(/\$\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}
