// The desk of control and that of a class: how long somebody has been away, and how much time each room has left, by the server's clock.

const page = document.body;
let asked = "";
let offset = 0;

function span(seconds) {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds / 3600)} h`;
}

function tell(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function show() {
  if (page.dataset.now !== asked) {
    asked = page.dataset.now;
    offset = Date.parse(asked) - Date.now();
  }
  const now = Date.now() + offset;
  for (const node of document.querySelectorAll("[data-since]")) {
    tell(node, span(Math.max(0, Math.round((now - Date.parse(node.dataset.since)) / 1000))));
  }
  for (const node of document.querySelectorAll("[data-until]")) {
    const left = Math.max(0, Math.round((Date.parse(node.dataset.until) - now) / 1000));
    tell(node, `${String(Math.floor(left / 60)).padStart(2, "0")}:${String(left % 60).padStart(2, "0")}`);
  }
}

show();
setInterval(show, 1000);
