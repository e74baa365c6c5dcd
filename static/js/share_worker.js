// The service worker of /upload/: it keeps the pictures that a phone's share menu hands over until
// the page for uploads takes them (shared_files.js).  It sends nothing to the site, and it neither
// answers nor keeps any other request.

const CACHE = "huimages-shared";
const MOST = 200; // pictures

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));
addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const isShared = new URL(url).pathname === new URL("share", registration.scope).pathname;
  if (method === "POST" && isShared) event.respondWith(keep(event.request));
});

async function keep(request) {
  const form = await request.formData();
  const files = form.getAll("uploadfile").filter((file) => file instanceof File && file.size);
  await caches.delete(CACHE); // what was shared before, and never looked at
  const cache = await caches.open(CACHE);
  for (const [number, file] of files.slice(0, MOST).entries()) {
    const headers = { "Content-Type": file.type, "X-Filename": encodeURIComponent(file.name) };
    await cache.put(new URL(`shared/${number}`, registration.scope), new Response(file, { headers }));
  }
  return Response.redirect(new URL("?shared=yes", registration.scope), 303);
}
