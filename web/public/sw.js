// Keeps the pages, and what forms need, on the device, so that forms can be filled in without a network. The network is
// asked first for everything that can change; what is filled in waits in the page's own outbox, not here.

const PAGES = "yingjin-pages";
/** Deleted when somebody signs out. */
const ANSWERS = "yingjin-answers";
/** A header on which an answer depends is the same for whoever uses this browser. */
const kept = (cacheName) => ({ cacheName, ignoreVary: true });
/** Answers that a form needs: who is signed in, the city's words, the forms. */
const KEPT = ["/api/session", "/api/city", "/api/forms"];

self.addEventListener("install", (event) => {
  self.skipWaiting();
  event.waitUntil(keepPages());
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (request.mode === "navigate" && !url.pathname.startsWith("/api/")) {
    event.respondWith(fetch(request).catch(() => caches.match("/index.html", kept(PAGES))));
  } else if (url.pathname.startsWith("/assets/") || url.pathname === "/seal.svg") {
    event.respondWith(firstKept(request));
  } else if (KEPT.some((path) => url.pathname === path || url.pathname.startsWith(`${path}/`))) {
    event.respondWith(firstAsked(request));
  }
});

/** The whole program: the first page and every file that the build lists. */
async function keepPages() {
  const pages = await caches.open(PAGES);
  const built = await (await fetch("/assets.json", { cache: "no-store" })).json();
  const files = Object.values(built).flatMap(({ file, css = [] }) => [file, ...css]);
  await pages.addAll(["/index.html", "/seal.svg", ...new Set(files.map((file) => `/${file}`))]);
}

/** Built files carry a digest in their names: what is kept never changes. */
async function firstKept(request) {
  const before = await caches.match(request, kept(PAGES));
  if (before) return before;
  const answer = await fetch(request);
  if (answer.ok) {
    // A new version: its first page is kept with it.
    const pages = await caches.open(PAGES);
    await pages.put(request, answer.clone());
    await pages.add("/index.html").catch(() => {});
  }
  return answer;
}

async function firstAsked(request) {
  const answers = await caches.open(ANSWERS);
  try {
    const answer = await fetch(request);
    if (answer.ok) await answers.put(request, answer.clone());
    return answer;
  } catch (error) {
    const before = await caches.match(request, kept(ANSWERS));
    if (before) return before;
    throw error;
  }
}
