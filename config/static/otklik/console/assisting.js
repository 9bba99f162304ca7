// Words asked of a model, and colleagues who look at the same conversation.
((desk) => {
  "use strict";
  const { say } = desk, { at, connection, composer, complain, root, isMine, on } = desk.page;
  const SLOW_MS = 90_000, GONE_MS = 40_000, TYPING_MS = 5_000;
  let wanted = "", last = "", slow = 0, canRewrite = false;

  // --- suggestions --------------------------------------------------------------------------------------
  const state = (name, text = "", price = null) => {
    const box = at("suggest");
    box.hidden = name === "none";
    box.dataset.state = name;
    box.setAttribute("aria-busy", String(name === "busy"));
    at("suggest-title").textContent = name === "busy" ? say("suggesting") : name === "trouble" ? say("no_suggestion") : say("suggested") + (price ? ` · ${Number(price).toLocaleString(desk.config.language)} ₽` : "");
    at("suggest-text").textContent = text;
    for (const id of ["suggest-use", "suggest-again", "suggest-shorter", "suggest-formal"]) at(id).hidden = name !== "done" || (!canRewrite && (id === "suggest-shorter" || id === "suggest-formal"));
  };
  const stop = () => { wanted = last = ""; clearTimeout(slow); state("none"); };
  const ask = async (kind, text = "") => {
    if (!isMine()) return;
    wanted = crypto.randomUUID?.() ?? `s-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    const id = wanted;
    state("busy");
    clearTimeout(slow);
    slow = setTimeout(() => { if (wanted === id) state("trouble", say("suggest_slow")); }, SLOW_MS);
    try { await connection.command("suggest", { dialog: desk.page.open, client_id: id, kind, text }); } catch (refusal) { if (wanted === id) { stop(); complain(refusal); } }
  };
  on("suggested", ({ dialog, id, text, trouble, price }) => {
    if (dialog !== desk.page.open || id !== wanted) return;
    clearTimeout(slow);
    last = text ?? "";
    if (trouble) state("trouble", say(`trouble_${trouble}`)); else state("done", text, price);
  });
  const source = () => last || composer.input.value;
  const actions = {
    "suggest-use": () => { composer.turn("reply"); composer.fill(last); stop(); },
    "suggest-again": () => ask("again", last), "suggest-shorter": () => ask("shorter", source()), "suggest-formal": () => ask("formal", source()), "suggest-stop": stop,
  };
  for (const [id, act] of Object.entries(actions)) at(id).addEventListener("click", act);
  at("write-menu").addEventListener("click", ({ target }) => {
    const kind = target.closest("[data-suggest]")?.dataset.suggest;
    if (!kind) return;
    at("write-menu").open = false;
    last = "";
    if (kind !== "draft" && !composer.input.value.trim()) { complain({ message: say("write_first") }); return; }
    ask(kind, kind === "draft" ? "" : composer.input.value);
  });
  root.addEventListener("leaving", stop);
  root.addEventListener("greeted", ({ detail }) => {
    canRewrite = detail.can_rewrite;
    for (const button of at("write-menu").querySelectorAll("[data-rewrites]")) { button.disabled = !canRewrite; button.title = canRewrite ? "" : say("cannot_rewrite"); }
  });
  desk.suggest = ask;

  // --- who else looks ----------------------------------------------------------------------------------------
  const people = new Map();
  const showPeople = () => {
    const now = Date.now();
    for (const [key, it] of people) if (now - it.at > GONE_MS) people.delete(key);
    const typing = [...people.values()].filter((it) => now - it.typedAt < TYPING_MS), viewing = [...people.values()].filter((it) => now - it.typedAt >= TYPING_MS);
    const names = (list) => list.map((it) => it.who).join(", ");
    at("watchers").textContent = [typing.length ? say("colleague_types", { name: names(typing) }) : "", viewing.length ? say("colleague_looks", { name: names(viewing) }) : ""].filter(Boolean).join(" · ");
    at("watchers").hidden = !people.size;
  };
  on("watching", ({ dialog, person, who, state: what }) => {
    if (dialog !== desk.page.open) return;
    if (what === "left") people.delete(person);
    else people.set(person, { who, at: Date.now(), typedAt: what === "typing" ? Date.now() : people.get(person)?.typedAt ?? 0 });
    showPeople();
  });
  root.addEventListener("leaving", () => { people.clear(); showPeople(); });
  setInterval(showPeople, 2_000);
})(window.otklikConsole);
