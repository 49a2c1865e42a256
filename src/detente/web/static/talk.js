// The page of a seat: channels as tabs with what is unread, points of terms on a slider, and what estimates add up to.

const page = document.body;
const bar = document.getElementById("channels");
const kept = (name) => `detente/${page.dataset.room}/${page.dataset.who}/${name}`;
const get = (name) => { try { return sessionStorage.getItem(kept(name)); } catch { return null; } };
const put = (name, value) => { try { sessionStorage.setItem(kept(name), value); } catch { /* a browser that keeps nothing */ } };

// --- channels --------------------------------------------------------------------------------------------------------

const tabs = () => [...bar.querySelectorAll("[data-channel]")];
const panel = (tab) => document.getElementById(`ch-${tab.dataset.channel}`);
let current = get("channel");

function choose(key) {
  current = key;
  put("channel", key);
  update();
  for (const list of panel(tabs().find((tab) => tab.dataset.channel === key)).querySelectorAll(".thread")) list.scrollTop = list.scrollHeight;
}

function update() {
  const all = tabs();
  if (!all.some((tab) => tab.dataset.channel === current)) current = all[0].dataset.channel;
  bar.setAttribute("role", "tablist");
  bar.setAttribute("aria-label", "Who you write with");
  for (const tab of all) {
    const on = tab.dataset.channel === current;
    const body = panel(tab);
    for (const [name, value] of [["role", "tab"], ["aria-controls", body.id], ["aria-selected", String(on)], ["tabindex", on ? "0" : "-1"]]) tab.setAttribute(name, value);
    body.setAttribute("role", "tabpanel");
    body.setAttribute("aria-labelledby", tab.id);
    body.hidden = !on;
    const count = Number(body.querySelector("[data-live]").dataset.count);
    const shown = on && body.offsetParent !== null && document.visibilityState === "visible";
    const read = shown ? count : Math.min(count, Number(get(`read/${tab.dataset.channel}`)));
    put(`read/${tab.dataset.channel}`, read);
    const badge = tab.querySelector(".count");
    badge.hidden = count <= read;
    badge.textContent = count > read ? ` ${count - read} unread` : "";
  }
}

bar.addEventListener("click", (event) => {
  const tab = event.target.closest("[data-channel]");
  if (!tab) return;
  event.preventDefault();
  choose(tab.dataset.channel);
});
bar.addEventListener("keydown", (event) => {
  const all = tabs();
  const place = all.indexOf(document.activeElement);
  const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: -1, " ": place }[event.key];
  if (place < 0 || next === undefined) return;
  event.preventDefault();
  const tab = all.at(next % all.length);
  choose(tab.dataset.channel);
  tab.focus();
});
page.classList.add("channels-on");
document.addEventListener("visibilitychange", update);
for (const tab of document.querySelectorAll("[data-tab]")) tab.addEventListener("click", () => setTimeout(update));

// --- terms and estimates ---------------------------------------------------------------------------------------------

function fill() {
  for (const slider of document.querySelectorAll("[data-for]")) {
    slider.hidden = false;
    slider.value = document.getElementById(slider.dataset.for).value;
  }
  for (const set of document.querySelectorAll("[data-sum]")) {
    const given = [...set.querySelectorAll("input")].map((item) => item.value.trim().replace(",", "."));
    const sum = given.reduce((total, text) => total + (Number(text) || 0), 0);
    const full = given.every((text) => text !== "");
    set.querySelector(".sum").textContent = given.some((text) => text !== "") ? `Together ${Number(sum.toFixed(1))}%${full && Math.abs(sum - 100) > given.length / 2 ? "; they should be 100%" : ""}` : "";
  }
}

document.addEventListener("input", (event) => {
  const item = event.target;
  if (item.dataset.for) {
    const number = document.getElementById(item.dataset.for);
    number.value = item.value;
    number.dispatchEvent(new Event("input", { bubbles: true }));
  } else if (item.name?.startsWith("terms.")) {
    const tick = item.closest("fieldset").querySelector("[name^='tick.']");
    tick.checked = true;
    tick.dispatchEvent(new Event("change", { bubbles: true }));
    fill();
  } else if (item.closest("[data-sum]")) fill();
});
document.addEventListener("reset", () => setTimeout(fill));
document.addEventListener("taken", () => { update(); fill(); });

update();
fill();
