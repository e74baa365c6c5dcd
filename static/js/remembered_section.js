// A section that stays open or closed on the next page.  The server reads the cookie.

const COOKIE = "huimages-sections";
const YEAR = 365 * 24 * 3600; // seconds

export function enhance(details) {
  // A toggle event would also come for a section that the server opened.
  details.addEventListener("click", (event) => {
    if (event.target.closest("summary")?.parentElement !== details) return;
    write(read().set(details.id, !details.open));
  });
}

function read() {
  const value = document.cookie.match(new RegExp(`(?:^|; )${COOKIE}=([^;]*)`))?.[1] ?? "";
  const pairs = value.split(".").map((entry) => entry.split(":"));
  return new Map(pairs.filter(([id]) => id).map(([id, state]) => [id, state === "1"]));
}

function write(states) {
  const value = [...states].map(([id, open]) => `${id}:${open ? 1 : 0}`).join(".");
  document.cookie = `${COOKIE}=${value}; path=/; max-age=${YEAR}; samesite=lax`;
}
