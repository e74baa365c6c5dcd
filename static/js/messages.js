// Messages in the language of the page.  The server writes them into the page as JSON.

const element = document.getElementById("messages");
const messages = element ? JSON.parse(element.textContent) : {};
const language = document.documentElement.lang || "en";
const plurals = new Intl.PluralRules(language);
const numbers = new Intl.NumberFormat(language);

/**
 * Return the message called `name` with `values` filled in: message("loaded", { count: 3 }).
 * A message with several plural forms is chosen by `values.count`.
 */
export function message(name, values = {}) {
  let text = messages[name] ?? name;
  if (typeof text !== "string") text = text[plurals.select(values.count)] ?? text.other;
  return text.replace(/\$\{(\w+)\}/g, (_, key) => written(values[key]));
}

/** Return a number as it is written in the language of the page. */
export function formatNumber(number) {
  return numbers.format(number);
}

function written(value) {
  return typeof value === "number" ? formatNumber(value) : String(value ?? "");
}
