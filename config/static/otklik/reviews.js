// Ctrl + Enter sends the answer, as elsewhere in the product.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !event.target.matches("[data-send-on-enter]")) return;
    event.preventDefault();
    const form = event.target.form;
    form.requestSubmit(form.querySelector("[data-send]"));
  });
})();
