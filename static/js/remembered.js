// Choices that pages remember, in a cookie, which the server reads: so nothing moves when a script
// starts.  The value is `tags:0.captions:1`.

const COOKIE = "huimages-sections";
const YEAR = 365 * 24 * 3600; // seconds

/** Remember whether something, for example a section of a page, is open. */
export function remember(name, isOpen) {
  const states = read().set(name, isOpen ? "1" : "0");
  const value = [...states].map((entry) => entry.join(":")).join(".");
  document.cookie = `${COOKIE}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
}

function read() {
  const value = document.cookie.match(new RegExp(`(?:^|; )${COOKIE}=([^;]*)`))?.[1] ?? "";
  const entries = value.split(".").map((entry) => entry.split(":"));
  return new Map(entries.filter(([name]) => name));
}
