// What every page has: its scripts are on, its theme, its way of asking the server.

for (const item of document.querySelectorAll(".js")) item.hidden = false;
for (const item of document.querySelectorAll(".nojs")) item.hidden = true;

const here = document.querySelector(".nav [aria-current]");
if (here) here.parentElement.scrollLeft = here.offsetLeft - here.parentElement.offsetLeft - here.parentElement.clientWidth / 2 + here.offsetWidth / 2;

const root = document.documentElement;
const kept = read("detente-theme");
if (kept) root.dataset.theme = kept;
document.getElementById("theme")?.addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
  write("detente-theme", root.dataset.theme);
});

function read(key) {
  try { return localStorage.getItem(key); } catch { return null; }
}

function write(key, value) {
  try { localStorage.setItem(key, value); } catch { /* a browser that keeps nothing */ }
}

/** Ask the server with a JSON body; what it refuses is thrown with its code and fix. */
export async function ask(address, body, signal) {
  const answer = await fetch(address, {
    method: "POST",
    signal,
    headers: {
      "content-type": "application/json",
      "x-csrf-token": document.querySelector('meta[name="csrf"]').content,
    },
    body: JSON.stringify(body),
  });
  const data = await answer.json();
  if (!answer.ok) throw Object.assign(new Error(data.error.message), data.error);
  return data;
}

/** Say something to those who hear the page. */
export function say(text) {
  document.getElementById("live").textContent = text;
}

/** Let the links to other pages take the what-if along that the address has by now. */
export function carry() {
  const kept = [...new URLSearchParams(location.search)].filter(([name]) => /^(digest|engine|seed|policy|set\..*)$/.test(name));
  const query = kept.length > 0 ? `?${new URLSearchParams(kept)}` : "";
  for (const item of document.querySelectorAll(".nav a, a[data-carry]")) item.href = item.pathname + query;
}
