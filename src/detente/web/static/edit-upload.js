// Send a crisis folder: its bytes, as they are.

const form = document.getElementById("upload");
const problem = document.getElementById("problem");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const file = document.getElementById("file").files[0];
  if (!file) return;
  problem.hidden = true;
  try {
    const answer = await fetch("/api/drafts/upload", {
      method: "POST",
      headers: { "content-type": "application/octet-stream", "x-csrf-token": document.querySelector('meta[name="csrf"]').content },
      body: file,
    });
    const data = await answer.json();
    if (answer.ok) location.href = `/drafts/${data.id}/edit`;
    else refuse(`${data.error.message}. ${data.error.fix}. [${data.error.code}]`);
  } catch {
    refuse("The workbench does not answer; try again when it is back.");
  }
});

function refuse(text) {
  problem.textContent = text;
  problem.hidden = false;
}
