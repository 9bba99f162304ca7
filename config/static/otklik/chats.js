// The board: cards are dragged to a column that will have them; closing asks why. Everything works by menu and form too.
(() => {
  "use strict";
  const dialog = document.getElementById("close-chat");
  const post = (url, values) => window.htmx.ajax("POST", url, { target: "#board", swap: "outerHTML", values });
  let dragged = null, closing = "";

  const askWhy = (url) => { closing = url; dialog?.showModal(); dialog?.querySelector("select")?.focus(); };
  const columnAt = (event) => event.target.closest?.("[data-column]");
  const accepts = (column) => Boolean(dragged && column && dragged.dataset.allowed.split(" ").includes(column.dataset.column));
  const endDrag = () => {
    dragged?.classList.remove("dragged");
    document.querySelector(".board.chats")?.classList.remove("dragging");
    document.querySelectorAll(".may-drop, .over").forEach((column) => column.classList.remove("may-drop", "over"));
    dragged = null;
  };

  document.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.(".chat-card[draggable=true]");
    if (!card) return;
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.dataset.chat);
    card.classList.add("dragged");
    const board = card.closest(".board");
    board.classList.add("dragging");
    for (const column of board.querySelectorAll("[data-column]")) column.classList.toggle("may-drop", accepts(column));
  });
  document.addEventListener("dragover", (event) => {
    const column = columnAt(event);
    document.querySelectorAll(".over").forEach((other) => { if (other !== column) other.classList.remove("over"); });
    if (!accepts(column)) return;
    event.preventDefault();
    column.classList.add("over");
  });
  document.addEventListener("drop", (event) => {
    const column = columnAt(event);
    if (!accepts(column)) return;
    event.preventDefault();
    const url = dragged.dataset.move, status = column.dataset.column;
    endDrag();
    if (status === "closed") askWhy(url); else post(url, { status });
  });
  document.addEventListener("dragend", endDrag);

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-close]");
    if (!link || !dialog) return;
    event.preventDefault();
    askWhy(link.dataset.close);
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-close-form]")) return;
    event.preventDefault();
    const reason = event.target.elements.reason.value;
    dialog.close();
    post(closing, { status: "closed", reason });
  });

  // --- how many characters are left ------------------------------------------------
  const count = (area) => {
    const shown = document.getElementById(area.dataset.counter);
    if (!shown) return;
    shown.textContent = `${[...area.value].length} / ${area.dataset.limit}`;
    shown.classList.toggle("over", [...area.value].length > Number(area.dataset.limit));
  };
  document.addEventListener("input", (event) => { if (event.target.matches?.("[data-counter]")) count(event.target); });
  document.querySelectorAll("[data-counter]").forEach(count);
})();
