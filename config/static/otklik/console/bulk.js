// One thing done to many conversations: chosen ones, or all of a queue; the server does it and says how far it is.
((desk) => {
  "use strict";
  const { el, say } = desk, page = desk.page, { at, list, connection, complain, notice } = page;
  let isAll = false, job = "";

  const counts = () => Number(document.querySelector(`[data-count="${list.queue}"]`)?.textContent ?? 0);
  const show = () => {
    at("bulk").hidden = !list.selected;
    at("select").setAttribute("aria-pressed", String(Boolean(list.selected)));
    if (!list.selected) { isAll = false; return; }
    if (list.selected.size) isAll = false;
    at("bulk-count").textContent = isAll ? (list.search ? say("all_found") : say("all_of_queue", { count: counts() })) : say("chosen", { count: list.selected.size });
    for (const button of at("bulk").querySelectorAll("[data-bulk]")) button.disabled = !isAll && !list.selected.size;
  };
  const begin = async (action, fields = {}) => {
    const what = isAll ? { queue: list.queue, search: list.search } : { chosen: [...list.selected] };
    job = crypto.randomUUID?.() ?? `b-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    try { progress(await connection.command("bulk", { client_id: job, action, ...what, ...fields })); list.choose(false); } catch (refusal) { complain(refusal); }
  };
  const progress = (it) => {
    if (it.job !== job) return;
    const isOver = it.status === "done" || it.status === "failed";
    notice(say(isOver ? (it.refused ? "bulk_partly" : "bulk_done") : "bulk_goes", { done: it.done, good: it.done - it.refused, refused: it.refused, total: it.total }), { isPassing: isOver });
    if (isOver) page.load(list.queue);
  };
  page.on("job", progress);
  desk.bulk = { toggle: () => list.choose(!list.selected) };
  list.addEventListener("selected", show);
  at("select").addEventListener("click", desk.bulk.toggle);
  at("bulk").addEventListener("click", async ({ target }) => {
    const action = target.closest("[data-bulk]")?.dataset.bulk;
    if (target.closest("#bulk-all")) { isAll = true; list.selected.clear(); list.draw(); show(); }
    if (target.closest("#bulk-end")) list.choose(false);
    if (action === "resolve" && window.confirm(say("bulk_resolve_question", { count: isAll ? counts() : list.selected.size }))) begin("resolve");
    if (action === "snooze") { const day = new Date(); day.setDate(day.getDate() + 1); day.setHours(9, 0, 0, 0); begin("snooze", { until: day.toISOString() }); }
    if (action === "assign") {
      try {
        const { people } = await connection.command("colleagues");
        at("bulk-to").replaceChildren(el("option", { value: "", text: say("queue") }), el("option", { value: page.me.uuid, text: say("to_me") }), ...people.map((person) => el("option", { value: person.uuid, text: person.name })));
        at("bulk-dialog").showModal();
      } catch (refusal) { complain(refusal); }
    }
  });
  at("bulk-form").addEventListener("submit", () => begin("assign", { assignee: at("bulk-to").value || null }));
  list.addEventListener("clear", () => { at("find").value = ""; page.load(list.queue); });
})(window.otklikConsole);
