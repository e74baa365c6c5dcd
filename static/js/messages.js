// Sentences in the language of the page.  The server writes them into it, from its catalogue.

const island = document.getElementById("words");
const words = island ? JSON.parse(island.textContent) : {};
const plurals = new Intl.PluralRules(document.documentElement.lang || "en");

/**
 * The sentence of that name with `values` put in: word("uploaded", { count: 3 }).
 * A sentence with forms for one and for many has its number in `values.count`.
 */
export function word(name, values = {}) {
  let text = words[name] ?? name;
  if (typeof text !== "string") text = text[plurals.select(values.count)] ?? text.other;
  return text.replace(/\$\{(\w+)\}/g, (_, key) => String(values[key] ?? ""));
}
