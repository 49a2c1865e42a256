// The wizard: a slider says its number while it moves; what was typed in a step stays until the step is kept.

for (const item of document.querySelectorAll(".slider input")) {
  item.addEventListener("input", () => { item.nextElementSibling.value = item.value; });
}

const form = document.querySelector(".wizard form");
const key = `detente-wizard-${location.pathname}${location.search}`;
try {
  const typed = JSON.parse(sessionStorage.getItem(key)) ?? {};
  for (const field of form.elements) {
    if (!(field.name in typed) || field.type === "hidden") continue;
    if (field.type === "radio") field.checked = field.value === typed[field.name];
    else if (field.type !== "checkbox") field.value = typed[field.name];
    field.dispatchEvent(new Event("input"));
  }
  form.addEventListener("input", () => sessionStorage.setItem(key, JSON.stringify(Object.fromEntries(new FormData(form)))));
  form.addEventListener("submit", () => sessionStorage.removeItem(key));
} catch { /* a browser that keeps nothing */ }
