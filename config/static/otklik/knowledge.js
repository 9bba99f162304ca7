// Drag and drop of documents. Without it the form's own button uploads.
(() => {
  "use strict";
  const form = document.querySelector("[data-upload]");
  const zone = form?.querySelector("[data-dropzone]");
  if (zone) {
    const input = zone.querySelector("input[type=file]"), chosen = zone.querySelector("[data-chosen]");
    let depth = 0;
    const over = (change) => { depth = Math.max(0, depth + change); zone.classList.toggle("over", depth > 0); };
    const submit = () => {
      if (!input.files.length) return;
      chosen.textContent = [...input.files].map((file) => file.name).slice(0, 5).join(", ");
      form.requestSubmit();
    };
    const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
    zone.addEventListener("dragenter", (event) => { if (hasFiles(event)) { event.preventDefault(); over(1); } });
    zone.addEventListener("dragleave", () => over(-1));
    zone.addEventListener("dragover", (event) => { if (hasFiles(event)) event.preventDefault(); });
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      depth = 0;
      over(0);
      if (event.dataTransfer.files.length) { input.files = event.dataTransfer.files; submit(); }
    });
    // a file dropped beside the zone would otherwise replace the page
    for (const name of ["dragover", "drop"]) addEventListener(name, (event) => { if (hasFiles(event)) event.preventDefault(); });
    input.addEventListener("change", submit);
  }
  // choosing a file is the whole form
  for (const picker of document.querySelectorAll("form[data-pick]")) {
    picker.addEventListener("change", (event) => { if (event.target.files?.length) picker.requestSubmit(); });
  }
  document.querySelector("dialog[data-open-now]")?.showModal();
})();
