// Export: says how far a briefing is while it is made, and shows its files when it is there.

const place = document.getElementById("brief");

async function look() {
  try {
    const answer = await fetch(place.dataset.address);
    if (answer.ok) {
      const data = await answer.json();
      document.getElementById("how-far").textContent = data.says;
      const bar = document.getElementById("bar");
      if (bar && data.total) { bar.max = data.total; bar.value = data.done; }
      if (data.case === "ready" || data.case === "failed") { location.reload(); return; }
    }
  } catch { /* the server is away for now */ }
  setTimeout(look, 1000);
}

if (place?.dataset.busy) setTimeout(look, 700);
