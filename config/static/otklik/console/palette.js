// Ctrl+K: conversations, queues and what can be done with the open one, by a few letters.
((desk) => {
  "use strict";
  const { el, say } = desk, page = desk.page, { at, list } = page;
  const MOST = 12;
  let entries = [], chosen = 0, asking = 0;

  const act = (words, key, does, isThere = true) => (isThere ? { words, key, does } : null);
  const actions = () => [
    act(say("take"), "T", page.take, page.can("take")), act(say("act_reply"), "R", () => { page.composer.turn("reply"); at("words").focus(); }, page.isMine()),
    act(say("act_note"), "N", () => { page.composer.turn("note"); at("words").focus(); }, !at("composer").hidden),
    act(say("act_draft"), "", () => desk.suggest("draft"), page.isMine()), act(say("act_pass"), "A", page.pass, page.can("pass")),
    act(say("act_back"), "B", page.giveBack, page.can("give-back")), act(say("act_snooze"), "S", () => desk.snoozing.ask(page.open), page.can("snooze")),
    act(say("act_wake"), "S", page.wake, page.can("wake")), act(say("act_resolve"), "E", () => page.resolve(), page.can("resolve")),
    ...["waiting", "mine", "team", "assistant", "snoozed", "all"].map((queue, index) => act(`${say("go_to")}: ${say(`queue_${queue}`)}`, String(index + 1), () => page.load(queue))),
    act(say("act_select"), "X", () => desk.bulk.toggle()), act(say("act_settings"), "", () => at("settings").click()), act(say("act_keys"), "?", () => at("keys").showModal()),
  ].filter(Boolean);
  const dialogs = (rows) => rows.map((row) => ({ words: row.name, hint: `${row.channel} · ${row.preview}`, does: () => page.show(row.dialog) }));

  const draw = () => {
    chosen = Math.min(chosen, Math.max(0, entries.length - 1));
    at("desk-palette-list").replaceChildren(...entries.map((entry, index) => el("li", { role: "option", id: `desk-palette-${index}`, "data-index": index, "aria-selected": String(index === chosen), children: [el("span", { className: "truncate", dir: "auto", text: entry.words }), entry.hint ? el("span", { className: "faint xsmall truncate", dir: "auto", text: entry.hint }) : null, entry.key ? el("kbd", { text: entry.key }) : null] })));
    at("desk-palette-find").setAttribute("aria-activedescendant", entries.length ? `desk-palette-${chosen}` : "");
    at(`desk-palette-${chosen}`)?.scrollIntoView({ block: "nearest" });
    at("desk-palette-none").hidden = entries.length > 0;
  };
  const search = () => {
    const words = at("desk-palette-find").value.trim(), low = words.toLowerCase();
    const fits = (text) => low.split(/\s+/).every((part) => text.toLowerCase().includes(part));
    const known = [...list.rows.values()].filter((row) => words && row.status !== "closed" && fits(row.name));
    const found = actions().filter((entry) => fits(entry.words));
    entries = [...dialogs(known.slice(0, 5)), ...found].slice(0, MOST);
    chosen = 0;
    draw();
    clearTimeout(asking);
    if (words.length > 1) asking = setTimeout(async () => {
      try {
        const { rows } = await page.connection.command("queue", { queue: "all", search: words });
        if (at("desk-palette-find").value.trim() !== words) return;
        entries = [...dialogs(rows.slice(0, 8)), ...found].slice(0, MOST);
        draw();
      } catch { /* what is known here stays */ }
    }, 200);
  };
  const go = (index) => { const entry = entries[index]; at("desk-palette").close(); entry?.does(); };

  at("desk-palette-find").addEventListener("input", search);
  at("desk-palette-find").addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); chosen = (chosen + (event.key === "ArrowDown" ? 1 : entries.length - 1)) % Math.max(1, entries.length); draw(); }
    if (event.key === "Enter") { event.preventDefault(); go(chosen); }
  });
  at("desk-palette-list").addEventListener("click", ({ target }) => { const entry = target.closest("[data-index]"); if (entry) go(Number(entry.dataset.index)); });
  at("desk-palette").addEventListener("click", (event) => { if (event.target === at("desk-palette")) at("desk-palette").close(); });
  const open = () => { at("desk-palette-find").value = ""; at("desk-palette").showModal(); search(); };
  at("desk-palette-open").addEventListener("click", open);
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.code === "KeyK") { event.preventDefault(); if (at("desk-palette").open) at("desk-palette").close(); else if (!document.querySelector("dialog[open]")) open(); }
  }, true); // before the whole shop's search, which lets go of what is taken
})(window.otklikConsole);
